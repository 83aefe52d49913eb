"""Proven use: when an organisation has used a listing enough to judge it, and whose use counts.

Pure. A use is what `runtime.use.of_blocks` records: an attempt of a step in a workflow, no trial,
that a signed package brought to a good end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isqrt
from uuid import UUID

USES = 20
DAYS = 3
K = 5
"""Numbers of organisations are told from so many on, so that nobody's use can be read off them."""
KEPT_DAYS = 45
"""So many days back uses are looked at: so long they are kept (docs/marketplace-money.md)."""
USERS = frozenset({"csp", "reseller", "customer"})
"""The kinds whose use counts: that of vendors and integrators costs nothing and proves nothing."""
USES_MAX = 10_000
POINTS_MAX = isqrt(USES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """How much an organisation used a listing: uses, and days (UTC) with at least one."""

    uses: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.days <= self.uses:
            raise ValueError("days with a use are no more than uses")

    @property
    def is_proven(self) -> bool:
        """Tell whether that is enough: so many uses, or uses on so many days. Our own choice.

        A busy workflow proves itself in an hour, one that runs once a day in three.

        >>> Stat(uses=19, days=2).is_proven, Stat(uses=3, days=3).is_proven
        (False, True)
        """
        return self.uses >= USES or self.days >= DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an organisation stands: its kind, and the ids of all above it."""

    id: UUID
    kind: str
    above: frozenset[UUID] = frozenset()


def stands_apart(user: Place, owner: Place | None) -> bool:
    """Tell whether a user's use of a listing says something about it to others.

    Not the owner's own, nor of whoever stands above or below the owner. Everybody stands below the
    vendor, so for what the vendor itself publishes only its own use is left out. Integrators, who
    stand beside each other, are no users at all, and so neither are an integrator's sisters.

    Args:
        user: Who used it; an environment's use never counts and is not asked about.
        owner: Who publishes it; None where nobody of this installation does.
    """
    if user.kind not in USERS:
        return False
    if owner is None:
        return True
    if user.id == owner.id or (owner.id in user.above and owner.kind != "vendor"):
        return False
    return user.id not in owner.above


def points_of(uses: int) -> int:
    """Give the weight of one organisation's uses: their square root, rounded down, 100 at most.

    So ten times the traffic is worth about three times as much, and nobody is worth more than a
    hundred others who use it once.

    >>> points_of(1), points_of(99), points_of(10_000), points_of(10**9)
    (1, 9, 100, 100)
    """
    return isqrt(min(uses, USES_MAX))


def told_number(organisations: int) -> int:
    """Give a number of organisations as it may be told: nought below `K`."""
    return organisations if organisations >= K else 0


def add_days(numbers: Iterable[int]) -> Stat:
    """Give what some days come to, each as its number of uses.

    >>> add_days([3, 0, 4])
    Stat(uses=7, days=2)
    """
    used = [one for one in numbers if one > 0]
    return Stat(uses=sum(used), days=len(used))
