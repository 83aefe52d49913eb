"""How old a parent may be, and how many alarms it may have: what `correlate` keeps to. Pure.

Both are bounded for every kind of parent: correlated by time and topology alone, everything on a
dense network hangs on everything (one group of 30,669 alarms in a real set).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.durations import duration_words
from runtime.alarms.model import Severity
from runtime.rules._schema import CHILDREN, PARENT_AGE_S, PARENT_AT_LEAST
from runtime.rules.around import HOPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of one action, with what is left out filled in.

    Attributes:
        max_age_s: How long before or after the firing's instant its parent may have been raised.
        max_children: How many alarms a parent may have; with so many it takes no other.
        hops: How far above its object an alarm's parent may stand.
        at_least: How severe an alarm of something above has to be.
    """

    max_age_s: int
    max_children: int
    hops: int
    at_least: Severity

    def is_near(self, raised_at: datetime, at: datetime) -> bool:
        """Tell whether a parent is young enough; exactly as old as may be is."""
        return abs(at - raised_at) <= self.age

    @property
    def age(self) -> timedelta:
        """Give the greatest age."""
        return timedelta(seconds=self.max_age_s)

    @property
    def age_words(self) -> str:
        """Say the greatest age as people do."""
        return f"at most {duration_words(self.max_age_s)} before or after"


def bounds_of(given: Mapping[str, Any]) -> Bounds:
    """Read the bounds of an action as it was written.

    >>> bounds_of({"do": "correlate", "parent": "first"}).max_children
    1000
    """
    return Bounds(
        max_age_s=given.get("max_age_s", PARENT_AGE_S),
        max_children=given.get("max_children", CHILDREN),
        hops=given.get("hops", HOPS),
        at_least=Severity(given.get("at_least", PARENT_AT_LEAST)),
    )
