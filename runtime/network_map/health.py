"""How bad things are: the alarms that stand on what a drawing shows, or on what is in it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from runtime.alarms.model import Severity
from runtime.network_map.places import Places

Counts = Mapping[str, Mapping[Severity, int]]


@dataclass(frozen=True, slots=True)
class Health:
    """Active alarms by severity, the worst first."""

    counts: Mapping[Severity, int] = field(default_factory=dict)

    @property
    def worst(self) -> Severity | None:
        """Give the worst severity; None where no alarm stands."""
        return next(iter(self.counts), None)

    @property
    def rank(self) -> int:
        """Give the rank of the worst severity, 0 where all is quiet."""
        return self.worst.rank if self.worst is not None else 0

    @property
    def total(self) -> int:
        """Count all alarms."""
        return sum(self.counts.values())


QUIET = Health()


def health_of(counts: Mapping[Severity, int]) -> Health:
    """Put counts in order.

    >>> health_of({Severity.MINOR: 1, Severity.MAJOR: 2}).worst.value
    'major'
    """
    worst_first = sorted(counts, key=lambda one: one.rank, reverse=True)
    return Health({one: counts[one] for one in worst_first if counts[one]})


def healths(
    counts: Counts, shown: Collection[str], places: Places, *, whole: bool
) -> dict[str, Health]:
    """Give how bad each thing is that has an alarm.

    Args:
        counts: Active alarms by object and severity.
        shown: The keys of what is drawn.
        places: What is in what.
        whole: Count an alarm at the nearest thing shown that its object is or is in; else only
            at its object.
    """
    found: dict[str, dict[Severity, int]] = {}
    for name, each in counts.items():
        key: str | None = name
        while key is not None and key not in shown:
            key = places.holder.get(key) if whole else None
        if key is not None:
            sums = found.setdefault(key, {})
            for severity, number in each.items():
                sums[severity] = sums.get(severity, 0) + number
    return {key: health_of(each) for key, each in found.items()}


def together(some: Collection[Health]) -> Health:
    """Add up."""
    found: Counter[Severity] = Counter()
    for one in some:
        found.update(one.counts)
    return health_of(found)
