"""JSON as text, read strictly: what one reader takes and another refuses is refused here."""

from __future__ import annotations

import json
from typing import Any

from kernel.errors import MalformedError


def read_json(text: str | bytes, *, what: str = "the body") -> Any:
    """Read JSON (RFC 8259); no NaN, no endless number, no name twice in one object.

    Args:
        text: What was sent or typed; bytes are UTF-8, -16 or -32.
        what: How the messages call it.

    Raises:
        MalformedError: naming line and column, or the duplicate name, or the number that is none.

    >>> read_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise MalformedError(f"{what} names {twice!r} twice in one object: keep one")
        return found

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise MalformedError(
            f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, or a number without end
        raise MalformedError(f"{what} is not JSON that can be read: {error}") from None


def _refuse_constant(name: str) -> Any:
    raise MalformedError(f"{name} is not a JSON number: send a number or leave the field out")
