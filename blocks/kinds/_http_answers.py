"""What a block without code makes of an answer: which port, what of it, or which error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from blocks._manifest_parts import DeclaredError
from blocks.outcomes import BlockError
from blocks.permissions.http import HttpResponse
from blocks.schemas import value_at

SHOWN_MAX = 200
_WHOLE = {"status": "/status", "body": "/body"}


def read_answer(response: HttpResponse) -> dict[str, Any]:
    """Give an answer as pointers see it: `/status`, `/headers/…`, `/body`, JSON where it is."""
    found: dict[str, Any] = {"status": response.status, "headers": dict(response.headers)}
    if response.body:
        try:
            found["body"] = json.loads(response.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            found["body"] = response.text
    return found


def output_of(entry: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Take what the entry names out of an answer; what is not there is left out."""
    taken = {
        name: value_at(answer, pointer) for name, pointer in entry.get("output", _WHOLE).items()
    }
    kept = {name: value for name, value in taken.items() if value is not None}
    if not entry.get("drop_nulls"):
        return kept
    cleaned: dict[str, Any] = without_nulls(kept)
    return cleaned


def without_nulls(value: Any) -> Any:
    """Leave fields that are null out, on every level.

    >>> without_nulls({"a": None, "b": [{"c": None, "d": 1}]})
    {'b': [{'d': 1}]}
    """
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def failure(code: str, declared: DeclaredError | None, response: HttpResponse) -> BlockError:
    """Give the error an answer stands for, with what the server said."""
    said = declared.text if declared else "The server answered what the block does not expect."
    shown = " ".join(response.text.split())[:SHOWN_MAX]
    message = f"{said} ({response.status}) {shown}".rstrip()
    return BlockError(code, message, response.retry_after_s, status=response.status)


def _refuse(word: str) -> None:
    raise ValueError(word)
