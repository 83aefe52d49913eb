"""How interfaces of the TM Forum answer (TMF630 part 1): chosen attributes, and errors. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kernel.errors import InvalidError, Problem

_ALWAYS = ("id", "href")
UNPROCESSABLE = 422
BAD_REQUEST = 400


def read_fields(text: str, known: Collection[str]) -> list[str]:
    """Read `fields`; [] where nothing was chosen, `none` chooses what is always there.

    Raises:
        InvalidError: one of them is no attribute.
    """
    names = [one.strip() for one in text.split(",") if one.strip()]
    for name in names:
        if name != "none" and name not in known and name.partition(".")[0] not in known:
            message = f"fields: {name} is not an attribute here"
            raise InvalidError(message, problems=[Problem("/fields", message)])
    return names


def choose(document: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Leave of a document id, href and the chosen attributes; all where none is chosen.

    >>> choose({"id": "1", "href": "/1", "state": "raised", "count": 2}, ["state"])
    {'id': '1', 'href': '/1', 'state': 'raised'}
    """
    chosen = list(fields)
    if not chosen:
        return dict(document)
    found: dict[str, Any] = _pick(document, [name.split(".") for name in (*_ALWAYS, *chosen)])
    return found


def _pick(document: Any, paths: list[list[str]]) -> Any:
    if isinstance(document, list):
        return [_pick(one, paths) for one in document]
    if not isinstance(document, Mapping):
        return document
    found: dict[str, Any] = {}
    for name, value in document.items():
        inner = [path[1:] for path in paths if path[0] == name]
        if inner:
            found[name] = value if [] in inner else _pick(value, inner)
    return found


def error_document(
    code: str,
    reason: str,
    *,
    status: int,
    problems: Iterable[Mapping[str, str]],
    is_typed: bool = False,
) -> tuple[dict[str, Any], int]:
    """Write an error, and the status it is answered with: a document that does not fit is 400.

    `is_typed` is for version 5, where each object says its `@type`.
    """
    status = BAD_REQUEST if status == UNPROCESSABLE else status
    document = {"code": code, "reason": reason, "status": str(status)}
    more = "; ".join(one["message"] for one in problems)
    if more and more != reason:
        document["message"] = more
    if is_typed:
        document["@type"] = "Error"
    return document, status
