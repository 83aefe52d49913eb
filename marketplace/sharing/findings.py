"""What a check finds in a document that is to be shared: kinds, words, remedies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["secret", "address", "name", "reference"]
Path = tuple[str | int, ...]

PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9])fill_in_[a-z]+_[0-9]{1,6}(?![A-Za-z0-9])")
"""What stands for something that was taken out; fits a text, a step's id and an expression."""
_SHOWN_MAX = 80
_SHORT = 8
_REMEDIES = {
    "secret": "take it out, and keep it in a connection or let each organisation fill in its own",
    "address": "take it out, or let each organisation fill in its own",
    "name": "write it otherwise, or let each organisation fill in its own",
    "reference": "let each organisation choose its own in this place",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where something was found in one text: from `start` on, before `end`.

    Attributes:
        what: What it is, as a person would say it: "an IPv4 address".
        word: One word for the place that is left when it is taken out: "address".
        may_stay: Whether somebody may say that it is none: an example address, an ordinary word.
    """

    start: int
    end: int
    kind: Kind
    what: str
    word: str
    may_stay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that must not be shared as it is.

    Attributes:
        path: Where it stands in the document; the last part names a key where `is_key`.
        place: The same as a person reads it: “Ask the desk”, field “Body”.
        text: What was found, in full; never shown where it is a secret.
        pointer: The place as a JSON Pointer, without secrets that stand in names of fields.
        hidden: Which parts of `text` are secrets, from and to, where it is itself none.
    """

    kind: Kind
    what: str
    word: str
    path: Path
    place: str
    text: str
    may_stay: bool = False
    is_key: bool = False
    pointer: str = ""
    hidden: tuple[tuple[int, int], ...] = ()

    @property
    def shown(self) -> str:
        """What was found, as it may be shown: of a secret its beginning alone.

        >>> of = dict(what="a key", word="secret", path=("a",), place="A")
        >>> Finding(kind="secret", text="AKIAIOSFODNN7EXAMPLE", **of).shown
        'AKIA…'
        >>> Finding(kind="secret", text="hunter2", **of).shown
        '…'
        """
        if self.kind == "secret":
            return f"{self.text[:4]}…" if len(self.text) > 2 * _SHORT else "…"
        text = without(self.text, self.hidden)
        return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _REMEDIES[self.kind]

    @property
    def sentence(self) -> str:
        """Say it whole: place, what it is, what was found, and the remedy."""
        return f"{self.place}: {self.what} ({self.shown}): {self.remedy}"


def without(text: str, parts: Iterable[tuple[int, int]]) -> str:
    """Leave parts of a text out, each from and to; they may overlap.

    >>> without("as joe:hunter2@desk", [(3, 14), (7, 14)])
    'as …@desk'
    """
    shown, at = "", 0
    for start, end in sorted(parts):
        shown += f"{text[at:start]}…" if start >= at else ""
        at = max(at, end)
    return shown + text[at:]


def outside_placeholders(text: str) -> list[tuple[int, str]]:
    """Give the parts of a text that no placeholder takes up, each with where it begins.

    >>> outside_placeholders("call fill_in_phone_1 now")
    [(0, 'call '), (20, ' now')]
    """
    found, at = [], 0
    for one in PLACEHOLDER.finditer(text):
        found.append((at, text[at : one.start()]))
        at = one.end()
    return [(start, part) for start, part in [*found, (at, text[at:])] if part]
