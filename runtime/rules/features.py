"""What rules remember, read for a whole batch at once: matches in windows, and when they fired.

A window is a stretch of `within_s` seconds that ends at an alarm's own instant (inclusive; its
start is exclusive). An alarm is judged by the fullest window that holds it, so the verdict on a
burst does not depend on the order its events came in. An alarm that only changes its severity
is counted once; one that is raised again counts again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.ids import new_id, sha256_of
from runtime.rules._tables import Firing, RuleMatch
from runtime.rules.fields import value_at
from runtime.rules.model import Count

KEPT_FOR_LATECOMERS = timedelta(hours=1)

Group = tuple[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event as a memory sees it.

    Attributes:
        group: The rule, and the group it counts or pauses the event in.
        at: The event's own instant.
        reach_s: How far around `at` the rule can look, seconds: its window or its pause.
    """

    group: Group
    at: datetime
    reach_s: int


def group_of(count: Count, facts: Mapping[str, Any]) -> str | None:
    """Name the group an alarm is counted in, or None where it lacks one of the fields."""
    values = [value_at(facts, path) for path in count.group_by]
    return None if None in values else sha256_of(repr(values))


def fullest_window(instants: Sequence[datetime], *, at: datetime, within_s: int) -> int:
    """Count the fullest window of `within_s` seconds that holds `at`.

    Args:
        instants: Ascending; `at` is one of them.
        at: The instant that the window must hold.
        within_s: Length in seconds, > 0.

    Source: our own choice; a window that ends at `at` alone would miss a burst whose first event
    comes last. O(n) in the instants within reach.

    >>> noon = datetime(2026, 11, 24, 12)
    >>> fullest_window([noon, noon + timedelta(seconds=9)], at=noon, within_s=10)
    2
    """
    length = timedelta(seconds=within_s)
    first, last = bisect_left(instants, at), bisect_left(instants, at + length)
    return max(
        bisect_right(instants, end) - bisect_right(instants, end - length)
        for end in instants[first:last]
    )


class Windows:
    """The matches of counting rules around a batch's events."""

    def __init__(self, session: Session, tenant_id: UUID, moments: Sequence[Moment]) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._instants: dict[Group, list[datetime]] = defaultdict(list)
        self._seen: dict[tuple[Group, UUID], list[datetime]] = defaultdict(list)
        for rule_id, key, at, alarm_id in _rows_around(session, RuleMatch, moments):
            self._note((rule_id, key), at, alarm_id)

    def count(self, moment: Moment, *, alarm_id: UUID, seq: int, counts_anew: bool) -> int:
        """Remember one event, and count the fullest window that holds it.

        `counts_anew` is false where only the severity changed: the alarm may be counted already.
        """
        length = timedelta(seconds=moment.reach_s)
        known = self._seen[moment.group, alarm_id]
        counted_at = next((at for at in known if abs(at - moment.at) < length), None)
        if counted_at is None or counts_anew:
            counted_at = moment.at
            self._note(moment.group, counted_at, alarm_id)
            self._remember(moment, alarm_id=alarm_id, seq=seq)
        instants = self._instants[moment.group]
        return fullest_window(instants, at=counted_at, within_s=moment.reach_s)

    def _note(self, group: Group, at: datetime, alarm_id: UUID) -> None:
        insort(self._instants[group], at)
        self._seen[group, alarm_id].append(at)

    def _remember(self, moment: Moment, *, alarm_id: UUID, seq: int) -> None:
        rule_id, group_key = moment.group
        row = RuleMatch(
            id=new_id(),
            tenant_id=self._tenant_id,
            rule_id=rule_id,
            group_key=group_key,
            at=moment.at,
            seq=seq,
            alarm_id=alarm_id,
        )
        self._session.add(row)


class Pauses:
    """When rules fired around a batch's events, so that a burst gives one firing a group."""

    def __init__(self, session: Session, moments: Sequence[Moment]) -> None:
        self._fired: dict[Group, list[datetime]] = defaultdict(list)
        for rule_id, key, at, _ in _rows_around(session, Firing, moments):
            self._fired[rule_id, key].append(at)

    def take(self, moment: Moment) -> bool:
        """Tell whether the rule may fire now, and note that it does."""
        pause = timedelta(seconds=moment.reach_s)
        fired = self._fired[moment.group]
        if pause and any(abs(at - moment.at) < pause for at in fired):
            return False
        fired.append(moment.at)
        return True


def forget_old(session: Session, moments: Iterable[Moment]) -> None:
    """Drop matches that no window of the rules at work can reach; an hour is kept for latecomers.

    The events' own instants decide, not the clock: a backlog is counted as if it came in time.
    """
    oldest: dict[UUID, datetime] = {}
    for moment in moments:
        before = moment.at - timedelta(seconds=moment.reach_s) - KEPT_FOR_LATECOMERS
        rule_id, _ = moment.group
        oldest[rule_id] = min(before, oldest.get(rule_id, before))
    for rule_id, before in oldest.items():
        session.execute(
            delete(RuleMatch)
            .where(RuleMatch.rule_id == rule_id, RuleMatch.at <= before)
            .execution_options(synchronize_session=False)
        )


def _rows_around(
    session: Session, table: type[RuleMatch | Firing], moments: Sequence[Moment]
) -> list[Any]:
    """Read rule, group, instant and alarm of all rows within reach of any moment, in one query."""
    if not moments:
        return []
    reach = timedelta(seconds=max(moment.reach_s for moment in moments))
    groups = {moment.group for moment in moments}
    rows = session.execute(
        select(table.rule_id, table.group_key, table.at, table.alarm_id).where(
            table.rule_id.in_({rule_id for rule_id, _ in groups}),
            table.group_key.in_({key for _, key in groups}),
            table.at > min(moment.at for moment in moments) - reach,
            table.at < max(moment.at for moment in moments) + reach,
        )
    )
    return [row for row in rows if (row.rule_id, row.group_key) in groups]
