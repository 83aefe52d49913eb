"""Who leads: of proven uses and ratings the order, so that nobody lifts what is their own. Pure.

What one organisation adds is damped (`proven.model.points_of`) and ends at a hundred points; what
the publisher's own organisation and its relatives use adds nothing; and without enough
organisations a listing is on no board, whatever they use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.proven.model import K, points_of
from marketplace.ratings.model import average_of

MOST_USED, BEST_RATED, RISING = "most_used", "best_rated", "rising"
BOARDS = (MOST_USED, BEST_RATED, RISING)
LENGTH = 100
"""So many lines of a board are kept."""
WINDOW_DAYS = 14
"""Rising compares the last fortnight of a month with the one before it: our own choice."""

Counts = Callable[[UUID, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one organisation used of a listing.

    Attributes:
        is_proven: Whether that is proven use (`proven.model.Stat.is_proven`).
        uses: In the month.
        late, early: In the last fortnight and in the one before it.
    """

    organisation_id: UUID
    listing_id: str
    is_proven: bool
    uses: int
    late: int = 0
    early: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a board; lines with the same points have the same place."""

    listing_id: str
    place: int
    points: int
    organisations: int


def most_used(used: Iterable[Used], counts: Counts, *, least: int = K) -> list[Line]:
    """Order listings by the damped uses of all organisations whose proven use counts."""
    found: dict[str, list[int]] = {}
    for one in _counted(used, counts):
        if one.uses:
            found.setdefault(one.listing_id, []).append(points_of(one.uses))
    points = {
        listing_id: (sum(numbers), len(numbers))
        for listing_id, numbers in found.items()
        if len(numbers) >= least
    }
    return _lines(points)


def rising(used: Iterable[Used], counts: Counts, *, least: int = K) -> list[Line]:
    """Order listings by how many damped uses they gained from one fortnight to the next."""
    gained: dict[str, int] = {}
    users: dict[str, int] = {}
    for one in _counted(used, counts):
        gained[one.listing_id] = (
            gained.get(one.listing_id, 0) + points_of(one.late) - points_of(one.early)
        )
        users[one.listing_id] = users.get(one.listing_id, 0) + (one.late > 0)
    return _lines(
        {
            listing_id: (points, users[listing_id])
            for listing_id, points in gained.items()
            if points > 0 and users[listing_id] >= least
        }
    )


def best_rated(ratings: Mapping[str, Sequence[int]], *, least: int = K) -> list[Line]:
    """Order listings by their average with the prior, in thousandths of a star.

    Args:
        ratings: By listing how many organisations gave one star, two and so on; only such whose
            rating counts.
        least: So many have to have rated one at least.
    """
    points = {}
    for listing_id, counts in ratings.items():
        average = average_of(counts)
        if average is not None and sum(counts) >= least:
            points[listing_id] = (int(average * 1000), sum(counts))
    return _lines(points)


def _counted(used: Iterable[Used], counts: Counts) -> list[Used]:
    return [one for one in used if one.is_proven and counts(one.organisation_id, one.listing_id)]


def _lines(points: Mapping[str, tuple[int, int]]) -> list[Line]:
    """Order by points, then by organisations, then by id; equal points share a place."""
    ordered = sorted(points, key=lambda one: (-points[one][0], -points[one][1], one))[:LENGTH]
    lines: list[Line] = []
    for at, listing_id in enumerate(ordered, start=1):
        reached, organisations = points[listing_id]
        is_equal = bool(lines) and lines[-1].points == reached
        place = lines[-1].place if is_equal else at
        lines.append(
            Line(listing_id=listing_id, place=place, points=reached, organisations=organisations)
        )
    return lines
