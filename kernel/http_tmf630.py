"""TMF630 at the edge: what is asked and sent, a part of a list, errors in the contracts' form."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, jsonify, request

from kernel.errors import InvalidError, Problem, UnsupportedTypeError
from kernel.http import json_body
from kernel.http_located import located
from kernel.numbers import whole_number
from kernel.tmf630 import choose, error_document, read_fields

LIMIT = 100
LIMIT_MAX = 1_000
OFFSET_MAX = 10_000_000
_NAMES_MAX = 200
MERGE = ("application/json", "application/merge-patch+json", "")
"""The media types of a merge patch (RFC 7396); one that is not said is one too."""
Pairs = list[tuple[str, str]]


def sent_body() -> Any:
    """Read what is to be created; raises UnsupportedTypeError."""
    if request.mimetype not in ("application/json", ""):
        raise UnsupportedTypeError(f"{request.mimetype} is not read here: send application/json")
    return json_body()


def part_asked() -> tuple[int, int]:
    """Read which part of a list is asked for: `offset` and `limit`; raises InvalidError."""
    return _number("offset", 0, OFFSET_MAX), _number("limit", LIMIT, LIMIT_MAX)


def filters_asked(*, beside: Collection[str] = ("fields", "offset", "limit")) -> Pairs:
    """Give the names and values of a query that are filters, and not among those `beside`."""
    text = request.query_string.decode("utf-8", "replace")
    pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_NAMES_MAX)
    return [(name, value) for name, value in pairs if name not in beside]


def fields_asked(known: Collection[str]) -> list[str]:
    """Read the attributes that `fields` chooses; raises InvalidError."""
    return read_fields(request.args.get("fields", ""), known)


def listed(items: Sequence[Mapping[str, Any]], total: int, fields: Sequence[str]) -> Response:
    """Answer with a part of a list; the headers say how long the whole and this part are."""
    response = jsonify([choose(one, fields) for one in items])
    response.headers["X-Total-Count"] = str(total)
    response.headers["X-Result-Count"] = str(len(items))
    return response


def created(document: dict[str, Any], fields: Sequence[str]) -> Response:
    """Answer with what was created, and where it is."""
    return located(jsonify(choose(document, fields)), document["href"])


def in_form(response: Response, *, is_typed: bool = False) -> Response:
    """Give an error the form of TMF630, whoever found it; any other answer as it is."""
    if response.mimetype != "application/problem+json":
        return response
    said = json.loads(response.get_data())
    document, status = error_document(
        said["code"],
        said["detail"],
        status=response.status_code,
        problems=said.get("errors", ()),
        is_typed=is_typed,
    )
    response.set_data(json.dumps(document))
    response.status_code = status
    response.content_type = "application/json;charset=utf-8"
    return response


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    number = whole_number(text, most=most)
    if number is None:
        message = f"{name} must be a whole number from 0 to {most:,}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return number
