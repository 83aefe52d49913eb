"""Facets: which values listings have, and how many of a set have each. Pure.

Sets of listings are whole numbers whose bit n stands for the listing at slot n: that is counted in
microseconds, however many values there are.
"""

from __future__ import annotations

from collections.abc import Mapping

from blocks.manifest import CATEGORIES
from blocks.quality import Level
from marketplace.search.model import FACETS, Entry, FacetValue, Kind, PriceKind

VALUES_MAX = 30
"""Values of one facet that are told of, those that are chosen besides."""
_RATINGS = (4, 3, 2)
_DIGITS = bytes.maketrans(b"\0\1", b"01")
_LABELS: Mapping[str, Mapping[str, str]] = {
    "kind": {Kind.BLOCK.value: "Block", Kind.PACK.value: "Pack"},
    "category": CATEGORIES,
    "price": {
        PriceKind.FREE.value: "Free",
        PriceKind.PER_MONTH.value: "By the month",
        PriceKind.PER_USE.value: "By use",
        PriceKind.TIERS.value: "In tiers",
    },
    "quality": {one.word: one.word.capitalize() for one in Level}
    | {Level.NONE.word: "Not rated yet"},
    "rating": {str(stars): f"{stars} and up" for stars in _RATINGS},
}


def values_of(entry: Entry) -> dict[str, tuple[str, ...]]:
    """Give what a listing has of each facet."""
    rating = entry.rating or 0.0
    return {
        "kind": (entry.kind.value,),
        "category": tuple(dict.fromkeys(entry.categories)),
        "price": (entry.price.value,),
        "quality": (entry.quality,),
        "rating": tuple(str(stars) for stars in _RATINGS if rating >= stars),
        "licence": (entry.licence,),
        "publisher": (entry.publisher,),
    }


def set_of(slots: bytearray) -> int:
    """Make a set of those slots that are 1.

    >>> set_of(bytearray([1, 0, 1]))
    5
    """
    return int(slots[::-1].translate(_DIGITS) or b"0", 2)


class Facets:
    """The values of all listings, each with the set of those that have it."""

    def __init__(self) -> None:
        self._sets: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        self._publishers: dict[int, str] = {}

    def add(self, slot: int, entry: Entry) -> None:
        """Take a listing in."""
        self._publishers[slot] = entry.publisher_name
        for name, values in values_of(entry).items():
            held = self._sets[name]
            for value in values:
                held[value] = held.get(value, 0) | 1 << slot

    def fitting(self, chosen: Mapping[str, frozenset[str]], *, but: str = "") -> int:
        """Give the set of what fits all that is chosen, one facet left out; -1 is everything."""
        fits = -1
        for name, values in chosen.items():
            if name != but and values:
                of_it = 0
                for value in values:
                    of_it |= self._sets[name].get(value, 0)
                fits &= of_it
        return fits

    def count(
        self, found: int, chosen: Mapping[str, frozenset[str]]
    ) -> dict[str, tuple[FacetValue, ...]]:
        """Count the values of a set of listings, each facet as though nothing of it were chosen."""
        return {
            name: self._counted(name, found & self.fitting(chosen, but=name), chosen)
            for name in FACETS
        }

    def _counted(
        self, name: str, found: int, chosen: Mapping[str, frozenset[str]]
    ) -> tuple[FacetValue, ...]:
        picked = chosen.get(name, frozenset())
        among = {value: held & found for value, held in self._sets[name].items()}
        values = [
            FacetValue(
                value=value,
                label=self._label(name, value, among.get(value, 0)),
                count=among.get(value, 0).bit_count(),
                is_chosen=value in picked,
            )
            for value in {value for value, held in among.items() if held} | picked
        ]
        values.sort(key=lambda one: (-one.count, one.label, one.value))
        return tuple(one for at, one in enumerate(values) if at < VALUES_MAX or one.is_chosen)

    def _label(self, name: str, value: str, found: int) -> str:
        """Say what a value is called by those that are found; nothing else tells of it."""
        if not found:
            return value
        if name == "publisher":
            return self._publishers[found.bit_length() - 1]
        return _LABELS.get(name, {}).get(value, value)
