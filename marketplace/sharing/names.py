"""Names of an organisation's own in a text: customers, people, objects, services. Pure.

A name is found as whole words, whatever parts them and whatever their case and accents: `BER-1`
stands in `ber_1 is down` and `Müller` in `MULLER`, but `Ber` in neither `number` nor `Amber`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from marketplace.sharing.findings import Span

LEAST = 3
"""Names of fewer letters and digits are not looked for: they would be found everywhere."""
WORDS_MAX = 24
_LETTERS_KEPT = 10_000

_ASCII = re.compile(r"[A-Za-z0-9]+")

_ALONE = ((0x0E00, 0x0E7F), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF))
"""Letters of scripts that write words without spaces: each counts as a word."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """What texts say, by up to three letters in a row: of many names, few may stand in them.

    A name that stands in a text, or in what is left when something is taken out of it, is made of
    these; most others are not, and need not be kept.
    """

    parts: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Said:
        """Make it of texts.

        >>> Said.of(["Tell Ácme-ltd."]).may_hold("acme ltd"), Said.of(["acne"]).may_hold("acme")
        (True, False)
        """
        words = {word for text in texts for word in text.translate(_FOLDED).split()}
        sizes = range(1, LEAST + 1)
        return cls(
            frozenset(part for word in words for size in sizes for part in _parts(word, size))
        )

    def may_hold(self, name: str) -> bool:
        """Tell whether a name may stand in the texts; where it does stand, always."""
        for word in name.translate(_FOLDED).split():
            if word[:LEAST] not in self.parts:
                return False
            if any(part not in self.parts for part in _parts(word, LEAST)):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Names:
    """What to look for, by its first word: its words, and what it is the name of."""

    by_first: Mapping[str, Mapping[tuple[str, ...], str]] = field(default_factory=dict)

    @classmethod
    def of(cls, called: Mapping[str, Iterable[str]], among: Said | None = None) -> Names:
        """Make it of names by what they are of; of a name under two, the first is told.

        Args:
            called: The names; gone through once.
            among: What they are looked for in: those that cannot stand there are left out.

        >>> list(Names.of({"a customer": ["Acme Ltd"]}).by_first)
        ['acme']
        """
        found: dict[str, dict[tuple[str, ...], str]] = {}
        for what, names in called.items():
            for name in names:
                if among is not None and not among.may_hold(name):
                    continue
                words = tuple(one.text for one in _words(name))
                if sum(map(len, words)) >= LEAST and len(words) <= WORDS_MAX:
                    found.setdefault(words[0], {}).setdefault(words, what)
        return cls(found)


def names_in(text: str, names: Names) -> Iterator[Span]:
    """Yield where a name stands, the longest at each place.

    One that stands as an ordinary word in small letters may stay, if somebody says so.

    >>> of = Names.of({"a customer": ["Acme Ltd"]})
    >>> [text[one.start:one.end] for text in ["Tell ÁCME-ltd."] for one in names_in(text, of)]
    ['ÁCME-ltd']
    """
    words = list(_words(text))
    for at, word in enumerate(words):
        fitting = names.by_first.get(word.text)
        found = _longest(fitting, words, at) if fitting is not None else ()
        if fitting is not None and found:
            start, end = word.start, words[at + len(found) - 1].end
            yield Span(
                start=start,
                end=end,
                kind="name",
                what=f"the name of {fitting[found]}",
                word="name",
                may_stay=_is_ordinary(text[start:end]),
            )


def _parts(word: str, size: int) -> Iterator[str]:
    """Yield what stands in a word, so many letters at a time; a shorter one as a whole."""
    return (word[at : at + size] for at in range(max(1, len(word) - size + 1)))


def _longest(
    fitting: Mapping[tuple[str, ...], str], words: list[_Word], at: int
) -> tuple[str, ...]:
    """Give the longest name that stands at a word: looked up by each length, however many are."""
    ahead = tuple(one.text for one in words[at : at + WORDS_MAX])
    lengths = range(len(ahead), 0, -1)
    return next((ahead[:n] for n in lengths if ahead[:n] in fitting), ())


def _is_ordinary(said: str) -> bool:
    return said.isalpha() and said.islower()


def _words(text: str) -> Iterator[_Word]:
    if text.isascii():
        for one in _ASCII.finditer(text):
            yield _Word(one.group().lower(), one.start(), one.end())
    else:
        yield from _words_of_any(text)


def _words_of_any(text: str) -> Iterator[_Word]:
    letters: list[str] = []
    start = end = 0
    for at, letter in enumerate(text):
        plain = _plain(letter)
        if not plain and unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            end = at + 1 if letters else end
            continue
        if letters and (not plain or _is_alone(letter)):
            yield _Word("".join(letters), start, end)
            letters = []
        if _is_alone(letter):
            yield _Word(plain or letter, at, at + 1)
        elif plain:
            start = start if letters else at
            letters.append(plain)
            end = at + 1
    if letters:
        yield _Word("".join(letters), start, end)


@lru_cache(4096)
def _plain(letter: str) -> str:
    """Give a letter without case, accent and width; "" for what is neither letter nor digit."""
    spread = unicodedata.normalize("NFKD", letter.casefold())
    folded = unicodedata.normalize("NFKD", spread.casefold())
    return "".join(one for one in folded if one.isalnum())


def _is_alone(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _ALONE) and letter.isalnum()


class _Folding(dict[int, str]):
    """What each letter is in words as `_words_of_any` reads them, with spaces where one ends.

    Made for `str.translate`, which is many times as quick where only the words are asked for.
    """

    def __missing__(self, at: int) -> str:
        """Fold a letter, and keep it unless very many are kept."""
        letter = chr(at)
        plain = _plain(letter)
        if _is_alone(letter):
            said = f" {plain or letter} "
        elif not plain and unicodedata.category(letter) not in ("Mn", "Me", "Cf"):
            said = " "
        else:
            said = plain
        if len(self) < _LETTERS_KEPT:
            self[at] = said
        return said


_FOLDED = _Folding()
