"""All listings as one process searches them: words, facets and orders, by slots. Pure.

A listing that changed gets a slot of its own again, and what was at the old one is not seen any
more; when most slots are of that kind, whoever keeps the shelf makes it anew. Ways in which some
call a listing have slots of their own, which only those see who call it so.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from marketplace.search.faceting import Facets, set_of
from marketplace.search.model import Entry, FacetValue, Query, Read, Sort, Variant, View, Visible
from marketplace.search.ranking import Texts
from marketplace.search.words import asked_words, fold

_SPARE = 500
_VARIANTS_MAX = 100_000
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
        self._variants: dict[str, int] = {}
        self._texts = Texts()
        self._facets = Facets()
        self._public: bytearray | None = None
        self._seen_by: WeakKeyDictionary[View, bytearray] = WeakKeyDictionary()

    def put(self, listings: Iterable[Shelved]) -> None:
        """Take listings in, each in place of the one of its id."""
        placed = self._place((one.entry, one.words) for one in listings)
        self._slots.update((self._facts[slot].listing_id, slot) for slot in placed)

    def take_away(self, listing_ids: Iterable[str]) -> None:
        """Let listings be found no more."""
        self._forget_seen()
        for listing_id in listing_ids:
            self._slots.pop(listing_id, None)

    def learn(self, variants: Iterable[Variant]) -> None:
        """Take in how some call listings, where it is not known yet; nobody else sees them."""
        new = [one for one in variants if one.key not in self._variants]
        if new:
            placed = self._place((one.entry, one.words) for one in new)
            self._variants.update(zip((one.key for one in new), placed, strict=True))

    @property
    def is_worn(self) -> bool:
        """Tell whether most of what it holds is seen no more."""
        known = len(self._slots) + len(self._variants)
        return len(self._facts) > 2 * known + _SPARE or len(self._variants) > _VARIANTS_MAX

    def _place(self, said: Iterable[tuple[Entry, Mapping[str, int]]]) -> list[int]:
        """Give each a slot of its own, in ascending order."""
        self._forget_seen()
        words: list[tuple[int, Mapping[str, int]]] = []
        for entry, found_by in said:
            slot = len(self._facts)
            self._facts.append(_facts_of(entry))
            self._facets.add(slot, entry)
            words.append((slot, found_by))
        self._texts.add(words)
        return [slot for slot, _ in words]

    def _forget_seen(self) -> None:
        self._public = None
        self._seen_by.clear()

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
        if isinstance(visible, View):
            return self._seen_in(visible)
        if visible is None and self._public is not None:
            return self._public
        seen = bytearray(len(self._facts))
        sees = _question_of(visible)
        for listing_id, slot in self._slots.items():
            seen[slot] = self._facts[slot].is_public if sees is None else sees(listing_id)
        if visible is None:
            self._public = seen
        return seen

    def _seen_in(self, view: View) -> bytearray:
        """Tell by slot what a view shows, of which all variants were learnt."""
        kept = self._seen_by.get(view)
        if kept is not None:
            return kept
        seen = bytearray(self._seen(None)) if view.ids is None else bytearray(len(self._facts))
        for listing_id in view.ids or ():
            if listing_id in self._slots:
                seen[self._slots[listing_id]] = 1
        for listing_id, variant in view.variants.items():
            if listing_id in self._slots:
                seen[self._slots[listing_id]] = 0
            seen[self._variants[variant.key]] = 1
        self._seen_by[view] = seen
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


def _question_of(
    visible: Collection[str] | Callable[[str], bool] | None,
) -> Callable[[str], bool] | None:
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
