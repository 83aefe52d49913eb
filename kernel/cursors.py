"""Cursors: where a page of a list ended, as text that a client hands back unread."""

from __future__ import annotations

import base64
import binascii
import json

from kernel.errors import InvalidError, Problem


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
    except (binascii.Error, ValueError):
        found = None
    fits = isinstance(found, list) and len(found) == parts
    if not fits or not all(isinstance(part, str) for part in found):
        raise InvalidError(
            "the cursor is not one of ours: start from the first page",
            problems=[Problem("/cursor", "cursor must come from `next_cursor` of the page before")],
        )
    return list(found)
