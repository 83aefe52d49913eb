"""How an expression is completed while it is written: by paths and functions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from designer.data.tree import Datum
from designer.data.words import FUNCTIONS

OFFERED = 8
_WORD = re.compile(r"[\w.?[\]]*\Z", re.ASCII)
_TAIL = re.compile(r"\.\w*\Z", re.ASCII)


class Completion(NamedTuple):
    """What may be put in place of what is written.

    Attributes:
        insert: What is put in, from the place `start` of the text to the caret.
        form: How it is written.
        about: What it is.
    """

    start: int
    insert: str
    form: str
    about: str


def completions(text: str, caret: int, data: Iterable[Datum]) -> list[Completion]:
    """List what completes a text at its caret, paths first; at most 8.

    >>> from designer.data.tree import Datum
    >>> data = [Datum(title="Place", trail="Alarm \u203a Place", kind="text", path="item.place")]
    >>> [one.insert for one in completions("= pla", 5, data)]
    ['item.place']
    """
    return list(islice(_completions(text[:caret], data), OFFERED))


def _completions(before: str, data: Iterable[Datum]) -> Iterator[Completion]:
    for one in data:
        start = _start(before, one.path, one.trail)
        if start is not None:
            about = f"{one.trail}: {one.value}" if one.is_seen else one.trail
            yield Completion(start, one.path, one.path, about)
    for word in FUNCTIONS:
        start = _start(before, word.insert)
        if start is not None:
            yield Completion(start, word.insert, word.form, word.help)


def _start(before: str, insert: str, title: str = "") -> int | None:
    """Say where begins what an offer completes; None where it completes nothing."""
    word, tail = _matched(_WORD, before), _matched(_TAIL, before)
    if insert.startswith("."):
        follows = tail and tail != word and insert.startswith(tail)
        return len(before) - len(tail) if follows else None
    sought = word.lower()
    fits = sought.replace("?", "") in insert.replace("?", "").lower() or sought in title.lower()
    return len(before) - len(word) if word and insert != word and fits else None


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
