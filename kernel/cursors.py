"""Cursors: where a page of a list ended, as text that a client hands back unread."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.json_text import why_not_kept
from kernel.numbers import whole_number


def encode_cursor(*parts: str) -> str:
    """Make an opaque cursor of where a page ended.

    >>> decode_cursor(encode_cursor("2026-11-24", "7"), parts=2)
    ['2026-11-24', '7']
    """
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *, parts: int) -> list[str] | None:
    """Read a cursor back; None stays None.

    Raises:
        InvalidError: when it is not one of ours.
    """
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    fits = isinstance(found, list) and len(found) == parts
    if not fits or not all(isinstance(part, str) for part in found):
        raise _not_ours()
    if why_not_kept(found, json.dumps(found)):
        raise _not_ours()
    return list(found)


def read_place(after: Sequence[str], *readers: Callable[[str], Any]) -> list[Any]:
    """Read the parts of a cursor, each by what reads such a one: `UUID`, `parse_instant`, `str`.

    Args:
        after: The parts, as `decode_cursor` gives them.
        readers: One for each part; it raises ValueError for what is none.

    Raises:
        InvalidError: when they are not those of such a place.

    >>> read_place(["fan", "7"], str, read_number)
    ['fan', 7]
    """
    try:
        return [reader(part) for reader, part in zip(readers, after, strict=True)]
    except ValueError:
        raise _not_ours() from None


def read_number(text: str) -> int:
    """Read a whole number of a cursor; raises ValueError where it is none."""
    number = whole_number(text)
    if number is None:
        raise ValueError("not a whole number")
    return number


def _not_ours() -> InvalidError:
    remedy = "cursor must come from `next_cursor` of the page before, in the same order"
    return InvalidError(
        "the cursor is not one of ours: start from the first page",
        problems=[Problem("/cursor", remedy)],
    )
