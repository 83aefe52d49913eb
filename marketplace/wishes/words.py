"""What is written in wishes and answers, and when two wishes are for the same. Pure."""

from __future__ import annotations

import re
from hashlib import sha256

from kernel.errors import InvalidError, Problem
from marketplace.catalogue.documents import LISTING_ID_SCHEMA

LEAST, MOST = 20, 1_000
_WORD = re.compile(r"\w+")


def require_wish(text: str) -> str:
    """Give the words of a wish without the space around them.

    Raises:
        InvalidError: they are too few or too many.
    """
    found = text.strip()
    if not LEAST <= len(found) <= MOST:
        told = f"text: write {LEAST} to {MOST:,} characters: what it should do, and with what"
        raise InvalidError(told, problems=[Problem("/text", told)])
    return found


def require_answer(text: str, *, is_needed: bool) -> str:
    """Give the words of an answer; raises InvalidError where they are needed or too many."""
    found = text.strip()
    if len(found) > MOST or (is_needed and not found):
        told = f"answer: write {'1' if is_needed else '0'} to {MOST:,} characters"
        raise InvalidError(told, problems=[Problem("/answer", told)])
    return found


def require_listing(field: str, listing_id: str) -> str:
    """Give the id of a listing, or ""; raises InvalidError where it can be none."""
    found = listing_id.strip()
    if found and not LISTING_ID_SCHEMA.accepts(found):
        told = f"{field}: the id of a block or pack, as acme.lamp, or nothing"
        raise InvalidError(told, problems=[Problem(f"/{field}", told)])
    return found


def subject_of(text: str, listing_id: str) -> str:
    """Say what wishes for the same have in common: the listing, or the same words in any order.

    >>> subject_of("A lamp, please", "acme.lamp") == subject_of("acme.lamp!", "acme.lamp")
    True
    >>> subject_of("Please: a LAMP", "") == subject_of("a lamp please", "")
    True
    >>> subject_of("a lamp", "") == subject_of("a lift", "")
    False
    """
    if listing_id:
        return f"listing:{listing_id}"
    words = sorted({*_WORD.findall(text.casefold())}) or [text]
    return f"words:{sha256(' '.join(words).encode()).hexdigest()[:40]}"
