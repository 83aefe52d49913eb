"""All listings as one process searches them: words, facets and orders, by slots. Pure.

A listing that changed gets a slot of its own again, and what was at the old one is not seen any
more; when most slots are of that kind, whoever keeps the shelf makes it anew.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from marketplace.search.faceting import Facets, set_of
from marketplace.search.model import Entry, FacetValue, Query, Read, Sort, Visible
from marketplace.search.ranking import Texts
from marketplace.search.words import asked_words, fold

_SPARE = 500
_NAME_IS = 1.5
_USE, _STARS = 0.05, 0.02

Place = tuple[float, str, str]
"""Where a listing stands in an order: its rank there, the least first, its name and its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A listing to take in; `entry` needs no docs, `words` are as `words_in` gives them."""

    entry: Entry
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which listings stand on a page, and what was found besides."""

    places: list[Place]
    total: int
    facets: Mapping[str, tuple[FacetValue, ...]]
    read: Read


@dataclass(frozen=True, slots=True)
class _Facts:
    listing_id: str
    name: str
    name_words: frozenset[str]
    is_public: bool
    uses: int
    updated_at: float
    esteem: float


class Shelf:
    """Listings to search in."""

    def __init__(self) -> None:
        self._facts: list[_Facts] = []
        self._slots: dict[str, int] = {}
        self._texts = Texts()
        self._facets = Facets()
        self._public: bytearray | None = None

    def put(self, listings: Iterable[Shelved]) -> None:
        """Take listings in, each in place of the one of its id."""
        self._public = None
        words: list[tuple[int, Mapping[str, int]]] = []
        for one in listings:
            slot = len(self._facts)
            self._facts.append(_facts_of(one.entry))
            self._slots[one.entry.listing_id] = slot
            self._facets.add(slot, one.entry)
            words.append((slot, one.words))
        self._texts.add(words)

    def take_away(self, listing_ids: Iterable[str]) -> None:
        """Let listings be found no more."""
        self._public = None
        for listing_id in listing_ids:
            self._slots.pop(listing_id, None)

    @property
    def is_worn(self) -> bool:
        """Tell whether most of what it holds is seen no more."""
        return len(self._facts) > 2 * len(self._slots) + _SPARE

    def find(self, query: Query, visible: Visible, *, limit: int, after: Place | None) -> Page:
        """Find at most `limit` listings beyond a place; see `marketplace.search.finding.find`."""
        seen = self._seen(visible)
        fitting = set_of(seen)
        scores: dict[int, float] = {}
        read = Read()
        if query.text.strip():
            matches = self._texts.match(query.text, seen)
            scores, read = matches.scores, matches.read
            fitting &= _set_with(scores, len(seen))
        shown = fitting & self._facets.fitting(query.chosen)
        rank = self._rank_by(query, scores)
        facts = self._facts
        places = [
            (rank(slot), facts[slot].name, facts[slot].listing_id) for slot in _slots_in(shown)
        ]
        ahead = places if after is None else [one for one in places if one > after]
        return Page(
            places=heapq.nsmallest(limit, ahead),
            total=len(places),
            facets=self._facets.count(fitting, query.chosen),
            read=read,
        )

    def _seen(self, visible: Visible) -> bytearray:
        """Tell by slot what counts; what is public is kept until listings change."""
        if visible is None and self._public is not None:
            return self._public
        seen = bytearray(len(self._facts))
        sees = _question_of(visible)
        for listing_id, slot in self._slots.items():
            seen[slot] = self._facts[slot].is_public if sees is None else sees(listing_id)
        if visible is None:
            self._public = seen
        return seen

    def _rank_by(self, query: Query, scores: Mapping[int, float]) -> Callable[[int], float]:
        facts, asked = self._facts, frozenset(asked_words(query.text))
        ranks: dict[Sort, Callable[[int], float]] = {
            Sort.RELEVANCE: lambda slot: -_score(facts[slot], scores.get(slot, 0.0), asked),
            Sort.MOST_USED: lambda slot: -float(facts[slot].uses),
            Sort.NEWEST: lambda slot: -facts[slot].updated_at,
            Sort.NAME: lambda _slot: 0.0,
        }
        return ranks[query.order]


def _score(facts: _Facts, score: float, asked: frozenset[str]) -> float:
    """Weigh how well a listing fits with its esteem, which alone never lifts a poor fit far."""
    name_is = _NAME_IS if facts.name_words <= asked else 1.0
    return round(score * facts.esteem * name_is, 6)


def _facts_of(entry: Entry) -> _Facts:
    stars = entry.rating or 0.0
    return _Facts(
        listing_id=entry.listing_id,
        name=fold(entry.title),
        name_words=frozenset(asked_words(entry.title)),
        is_public=entry.is_public,
        uses=entry.proven_uses,
        updated_at=entry.updated_at.timestamp(),
        esteem=1 + _USE * math.log10(1 + entry.proven_uses) + _STARS * stars,
    )


def _question_of(visible: Visible) -> Callable[[str], bool] | None:
    if visible is None or callable(visible):
        return visible
    return _as_set(visible).__contains__


def _as_set(ids: Collection[str]) -> Collection[str]:
    return ids if isinstance(ids, (set, frozenset)) else frozenset(ids)


def _set_with(slots: Iterable[int], length: int) -> int:
    marks = bytearray(length)
    for slot in slots:
        marks[slot] = 1
    return set_of(marks)


def _slots_in(found: int) -> list[int]:
    """List the slots of a set.

    >>> _slots_in(5)
    [0, 2]
    """
    return [slot for slot, mark in enumerate(reversed(f"{found:b}")) if mark == "1"]
