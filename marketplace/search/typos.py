"""Words that are nearly what was typed: how far apart two are, and a vocabulary to look in. Pure.

The distance is the optimal string alignment: one letter more, one less, another one, or two
neighbours in each other's place count one each, and no stretch is mended twice.
Source: L. Boytsov, Indexing methods for approximate dictionary searching, JEA 16 (2011), 2.2.1.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable

_ONE_FROM, _TWO_FROM = 4, 8
_EDIT_BREAKS = 3
_FEW = 100


def tolerance(word: str) -> int:
    """Say how many slips a word of that length may have; in a short one each letter counts.

    >>> [tolerance(one) for one in ("sms", "cisco", "servicenow")]
    [0, 1, 2]
    """
    return (len(word) >= _ONE_FROM) + (len(word) >= _TWO_FROM)


def slips_between(one: str, other: str, *, most: int) -> int:
    """Count the slips between two words; `most` + 1 where there are more than `most`.

    >>> slips_between("cicso", "cisco", most=2), slips_between("link", "router", most=2)
    (1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                least = min(least, older[j - 2] + 1)
            row.append(least)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)


class Vocabulary:
    """Words by their beginning and by what is nearly the same."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._sorted: list[str] = []
        self._by_gram: dict[str, list[str]] = {}

    def add(self, words: Iterable[str]) -> None:
        """Take words in."""
        new = set(words) - self._words
        if not new:
            return
        self._words |= new
        if len(new) < _FEW:
            for word in new:
                insort(self._sorted, word)
        else:
            self._sorted = sorted(self._words)
        for word in new:
            for gram in _grams(word):
                self._by_gram.setdefault(gram, []).append(word)

    def beginning_with(self, start: str) -> list[str]:
        """List the words that are longer than `start` and begin with it, in their order."""
        first = bisect_left(self._sorted, start)
        last = bisect_left(self._sorted, start + "\U0010ffff", lo=first)
        return [word for word in self._sorted[first:last] if word != start]

    def nearly(self, word: str) -> list[tuple[int, str]]:
        """List the words within the tolerance of a word with their slips, the closest first.

        Two words of n letters at most, k slips apart, share n + 1 - 3k pairs of letters or more,
        blanks at both ends counted: only such are compared. Pairs that repeat are counted once, and
        as many fewer are asked for.
        """
        most = tolerance(word)
        if not most:
            return []
        grams = _grams(word)
        shared = Counter(other for gram in grams for other in self._by_gram.get(gram, ()))
        needed = max(1, len(grams) - _EDIT_BREAKS * most)
        found = [
            (slips_between(word, other, most=most), other)
            for other, number in shared.items()
            if number >= needed and abs(len(other) - len(word)) <= most
        ]
        return sorted(pair for pair in found if 0 < pair[0] <= most)


def _grams(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[at : at + 2] for at in range(len(word) + 1)}
