"""What a search makes of words: which listings fit, and how well each does. Pure.

A word that was typed is read as itself, as another word for the same, as the beginning of a word,
or as one with a neighbour ("service now"), which says more than both apart. Only where that finds
nothing, slips are forgiven. What a listing is worth by a word is the best of these, times how
telling the word is: log(1 + N/n) of the N listings that are seen, of which n have it (inverse
document frequency; S. Robertson, Understanding IDF, J. of Documentation 60 (2004)). Nothing is
counted that is not seen, so that neither order nor corrections tell of it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from marketplace.search.model import Read
from marketplace.search.typos import Vocabulary
from marketplace.search.words import STRONG, SYNONYMS, asked_words, singular

EXACT, JOINED, SAME, BEGINS, BEGINS_WITHIN = 1.0, 1.5, 0.6, 0.75, 0.5
ONE_SLIP, TWO_SLIPS = 0.6, 0.4
_BEGIN_WITHIN_MIN, _JOIN_NEARLY_MIN, _PART_MIN, _TYPED_SHORT = 3, 8, 3, 3
_WORDS_MAX = 12


@dataclass(slots=True)
class Postings:
    """Where a word stands: the slots of listings, and what it is worth in each."""

    slots: array[int]
    worth: array[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The listings that fit what was typed, with the score of each, by slot."""

    scores: dict[int, float]
    read: Read


@dataclass(frozen=True, slots=True)
class _Term:
    """A word that was typed, with its neighbours to be read together with it."""

    word: str
    joined: tuple[str, ...]
    is_last: bool


class Texts:
    """The words of all listings; those that are not seen by who asks count for nothing."""

    def __init__(self) -> None:
        self._strong: dict[str, Postings] = {}
        self._weak: dict[str, Postings] = {}
        self._vocabulary = Vocabulary()

    def add(self, words_by_slot: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Take the words of listings in, each at a slot of its own, in ascending order."""
        new: set[str] = set()
        for slot, words in words_by_slot:
            for word, worth in words.items():
                where = self._strong if worth >= STRONG else self._weak
                held = where.get(word)
                if held is None:
                    held = where[word] = Postings(array("I"), array("H"))
                    new.add(word)
                held.slots.append(slot)
                held.worth.append(worth)
        self._vocabulary.add(new)

    def match(self, text: str, seen: bytearray) -> Matches:
        """Find what fits a text that is not blank.

        Args:
            text: As it was typed.
            seen: By slot whether whoever asks may know of what is there.
        """
        parts = {one: self._parts(one, seen) for one in asked_words(text)[:_WORDS_MAX]}
        corrected: list[tuple[str, tuple[str, ...]]] = [
            (word, (" ".join(of_it),)) for word, of_it in parts.items() if len(of_it) > 1
        ]
        count = seen.count(1)
        found: list[dict[int, float]] = []
        for term in _terms([part for of_it in parts.values() for part in of_it]):
            worth, instead = self._read(term, seen)
            telling = math.log(1 + count / len(worth)) if worth else 0.0
            found.append({slot: value * telling for slot, value in worth.items()})
            if instead:
                corrected.append((term.word, instead))
        scores, is_loose = _together(found)
        return Matches(scores=scores, read=Read(corrected=tuple(corrected), is_loose=is_loose))

    def _parts(self, word: str, seen: bytearray) -> tuple[str, ...]:
        """Take a word that nothing has apart where both parts are words: "linkdown"."""
        if self._has(word, seen) or any(
            self._has(one, seen) for one in self._vocabulary.beginning_with(word)
        ):
            return (word,)
        for at in range(len(word) - _PART_MIN, _PART_MIN - 1, -1):
            parts = (singular(word[:at]), word[at:])
            if all(self._has(part, seen) for part in parts):
                return parts
        return (word,)

    def _has(self, word: str, seen: bytearray) -> bool:
        held = (where.get(word) for where in (self._strong, self._weak))
        return any(seen[slot] for one in held if one is not None for slot in one.slots)

    def _read(self, term: _Term, seen: bytearray) -> tuple[dict[int, float], tuple[str, ...]]:
        """Give what each listing is worth by a word, and the words it was corrected to, if any."""
        worth: dict[int, float] = {}
        for word, quality, is_strong in self._readings(term, seen):
            self._gather(worth, word, quality, seen, only_strong=is_strong)
        if worth:
            return worth, ()
        instead: list[str] = []
        for word, quality in self._nearly(term):
            before = len(worth)
            self._gather(worth, word, quality, seen, only_strong=False)
            if len(worth) > before:
                instead.append(word)
        return worth, tuple(instead)

    def _readings(self, term: _Term, seen: bytearray) -> Iterator[tuple[str, float, bool]]:
        """Give the words that one may be read as, their worth, and whether in strong places alone.

        What is only just begun counts for what a listing is, not for what is written of it.
        """
        word = term.word
        yield word, EXACT, False
        for joined in term.joined:
            yield joined, JOINED, False
            for _, nearly in self._nearly_joined(joined, seen):
                yield nearly, ONE_SLIP, True
        for other in SYNONYMS.get(word, ()):
            for one in other.split():
                yield singular(one), SAME, True
        if not term.is_last and len(word) < _BEGIN_WITHIN_MIN:
            return
        quality = BEGINS if term.is_last else BEGINS_WITHIN
        for begun in self._vocabulary.beginning_with(word):
            yield begun, quality, len(word) < _TYPED_SHORT

    def _nearly_joined(self, joined: str, seen: bytearray) -> list[tuple[int, str]]:
        if len(joined) < _JOIN_NEARLY_MIN or self._has(joined, seen):
            return []
        return self._vocabulary.nearly(joined)

    def _nearly(self, term: _Term) -> Iterator[tuple[str, float]]:
        for slips, word in self._vocabulary.nearly(term.word):
            yield word, ONE_SLIP if slips == 1 else TWO_SLIPS

    def _gather(
        self,
        worth: dict[int, float],
        word: str,
        quality: float,
        seen: bytearray,
        *,
        only_strong: bool,
    ) -> None:
        """Add what a word is worth to those who see it, where it is more than what was there."""
        for where in (self._strong,) if only_strong else (self._strong, self._weak):
            held = where.get(word)
            if held is None:
                continue
            for slot, value in zip(held.slots, held.worth, strict=True):
                better = value * quality
                if seen[slot] and better > worth.get(slot, 0.0):
                    worth[slot] = better


def _terms(words: list[str]) -> Iterator[_Term]:
    for at, word in enumerate(words):
        before = [words[at - 1] + word] if at else []
        after = [word + words[at + 1]] if at + 1 < len(words) else []
        yield _Term(word, (*before, *after), is_last=at + 1 == len(words))


def _together(found: list[dict[int, float]]) -> tuple[dict[int, float], bool]:
    """Give what has every word; where nothing has, what has as many of them as any has.

    Words that nothing has at all say nothing of the others.

    >>> _together([{1: 2.0, 2: 1.0}, {1: 3.0}])
    ({1: 5.0}, False)
    >>> _together([{1: 2.0}, {2: 3.0}])
    ({1: 2.0, 2: 3.0}, True)
    """
    heard = [one for one in found if one]
    if not heard:
        return {}, False
    narrow = min(heard, key=len)
    scores = {
        slot: sum(one[slot] for one in heard)
        for slot in narrow
        if all(slot in one for one in heard)
    }
    if scores:
        return scores, len(heard) < len(found)
    number: dict[int, int] = {}
    total: dict[int, float] = {}
    for one in heard:
        for slot, value in one.items():
            number[slot] = number.get(slot, 0) + 1
            total[slot] = total.get(slot, 0.0) + value
    most = max(number.values())
    return {slot: total[slot] for slot, held in number.items() if held == most}, True
