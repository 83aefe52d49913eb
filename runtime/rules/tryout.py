"""Try a rule on alarms that already came: which it would have matched, how often it had fired.

Pure, by the reference evaluator; nothing is recorded and nothing is done. An alarm is judged as
it is known now and counted at the instant it was last raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime.rules.conditions import reads_of
from runtime.rules.fields import value_at
from runtime.rules.model import Count, Rule
from runtime.rules.reference import holds, row_of


@dataclass(frozen=True, slots=True)
class Sample:
    """One alarm to try on: its document, and when it was last raised."""

    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """What a rule would have done.

    Attributes:
        looked_at: How many alarms were tried.
        matched: Indices of the alarms whose conditions hold, in the given order.
        fired: Indices of the alarms it would have fired for; for `each` the same without those
            that a cool-down holds back.
    """

    looked_at: int
    matched: tuple[int, ...]
    fired: tuple[int, ...]


def try_rule(rule: Rule, samples: Sequence[Sample]) -> Tryout:
    """Try a rule on samples in any order. O(n log n)."""
    reads = reads_of(rule.when)
    matched = [
        index
        for index, sample in enumerate(samples)
        if holds(rule.when, row_of(sample.facts, reads))
    ]
    in_time = sorted(matched, key=lambda index: (samples[index].at, index))
    fired = _fired(rule, samples, in_time)
    return Tryout(looked_at=len(samples), matched=tuple(matched), fired=tuple(fired))


def _fired(rule: Rule, samples: Sequence[Sample], in_time: Sequence[int]) -> list[int]:
    pause = timedelta(seconds=rule.cooldown_s)
    windows: dict[Any, list[datetime]] = {}
    last: dict[Any, datetime] = {}
    fired = []
    for index in in_time:
        facts, at = samples[index].facts, samples[index].at
        group = _group(rule.count, facts)
        if group is None or (rule.count and not _is_reached(rule.count, windows, group, at)):
            continue
        if group in last and at < last[group] + pause:
            continue
        last[group] = at
        fired.append(index)
    return fired


def _group(count: Count | None, facts: Mapping[str, Any]) -> str | None:
    if count is None:
        return repr(facts.get("id"))
    values = [value_at(facts, path) for path in count.group_by]
    return None if None in values else repr(values)


def _is_reached(count: Count, windows: dict[Any, list[datetime]], group: str, at: datetime) -> bool:
    begins = at - timedelta(seconds=count.within_s)
    window = [one for one in windows.get(group, ()) if one > begins]
    windows[group] = [*window, at]
    return len(windows[group]) >= count.at_least
