"""What a value usually is, learnt from the values before: a running mean and spread. Pure.

While few values were seen, each counts alike (Welford); after that a value counts the less, the
older it is, so that what is usual may change.

Source: B. P. Welford, Note on a Method for Calculating Corrected Sums of Squares and Products,
Technometrics 4(3), 1962, for the beginning; T. Finch, Incremental Calculation of Weighted Mean and
Variance, University of Cambridge, 2009, section 9, for the exponential weights. Both are the same
step with the weight 1/n or a fixed one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Season = Literal["none", "hour-of-day", "hour-of-week"]
HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is usual: how many values it was learnt from, their mean and variance."""

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0

    @property
    def deviation(self) -> float:
        """The standard deviation: how far values usually are from the mean."""
        return math.sqrt(self.variance)

    def distance(self, value: float) -> float:
        """Give how many deviations a value is from the mean, below it negative.

        Infinite where all values were the same so far and this one is another.
        """
        apart = value - self.mean
        if self.deviation == 0.0:
            return math.copysign(math.inf, apart) if apart else 0.0
        return apart / self.deviation

    def learn(self, value: float, *, remembers: int) -> Baseline:
        """Take a value in; about so many values count.

        >>> usual = Baseline().learn(1, remembers=100).learn(3, remembers=100)
        >>> usual.mean, usual.variance
        (2.0, 1.0)
        """
        count = self.count + 1
        weight = 1 / min(count, remembers)
        apart = value - self.mean
        return Baseline(
            count=count,
            mean=self.mean + weight * apart,
            variance=(1 - weight) * (self.variance + weight * apart * apart),
        )


def season_of(local: datetime, season: Season) -> str:
    """Say which values an instant is compared with: all, those of its hour, or of its weekday too.

    >>> season_of(datetime(2026, 11, 27, 13), "hour-of-week"), season_of(datetime.min, "none")
    ('week 109', 'all')
    """
    if season == "none":
        return "all"
    if season == "hour-of-day":
        return f"day {local.hour}"
    return f"week {local.weekday() * HOURS + local.hour}"
