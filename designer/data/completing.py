"""How an expression is completed while it is written: by paths and functions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from designer.data.tree import Datum
from designer.data.words import FUNCTIONS

OFFERED = 8
_BACK = 200
"""How far before the caret a word may begin; a longer one is no path, and completes nothing."""
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
    near = before[-_BACK:]
    word, tail = _matched(_WORD, near), _matched(_TAIL, near)
    if len(word) == _BACK:
        return
    for one in data:
        if written := _completed(word, tail, one.path, one.trail):
            about = f"{one.trail}: {one.value}" if one.is_seen else one.trail
            yield Completion(len(before) - len(written), one.path, one.path, about)
    for offer in FUNCTIONS:
        if written := _completed(word, tail, offer.insert):
            yield Completion(len(before) - len(written), offer.insert, offer.form, offer.help)


def _completed(word: str, tail: str, insert: str, title: str = "") -> str:
    """Give what of the word before the caret an offer stands in for; "" where it fits nothing."""
    if insert.startswith("."):
        return tail if tail != word and insert.startswith(tail) else ""
    sought = word.lower()
    fits = sought.replace("?", "") in insert.replace("?", "").lower() or sought in title.lower()
    return word if insert != word and fits else ""


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
