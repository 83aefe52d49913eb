"""How alarms went: figures for each hour or day, written as events are dealt with.

Counting a week of alarms anew for each look would read every one of them; the correlator adds up
each batch instead, in its own transaction: a few rows an hour and tenant. Hours are folded into
days once they are old (`runtime.retention.trends`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.console._tables import AlarmDay, AlarmHour, adding_to
from runtime.alarms.console.tickets import count_tickets, note_tickets
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import Severity
from runtime.alarms.store import Change
from tenancy.scope import owned_connection

EVENTS, RAISED, CLEARED = "events", "raised", "cleared"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STANDING = tuple(one for one in reversed(Severity) if one is not Severity.CLEARED)
TOP = 10
TOP_OF = 20_000
_RAISES = (Transition.CREATED, Transition.REOPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What happened in each of some hours or days, oldest first, and in all of them.

    Attributes:
        raised: Alarms raised in each, by severity.
        cleared: Alarms cleared in each.
        events: Events received in all of them.
        by_severity: Alarms raised in all of them, whichever are shown.
    """

    raised: Sequence[tuple[datetime, Mapping[Severity, int]]]
    cleared: Sequence[tuple[datetime, int]]
    events: int
    by_severity: Mapping[Severity, int]

    @property
    def alarms(self) -> int:
        """Give how many alarms were raised."""
        return sum(self.by_severity.values())


def start_of(at: datetime, step: timedelta) -> datetime:
    """Give the beginning of an instant's hour or day, in UTC.

    >>> start_of(datetime(2026, 11, 24, 12, 7, tzinfo=UTC), DAY).isoformat()
    '2026-11-24T00:00:00+00:00'
    """
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if step == HOUR else hour.replace(hour=0)


def count_changes(
    session: Session,
    tenant_id: UUID,
    changes: Sequence[Change],
    *,
    events: int,
    by_hand: int,
    now: datetime,
) -> None:
    """Add a batch to its hour: events taken, alarms raised and cleared, `by_hand` cleared ones."""
    found = Counter({(EVENTS, ""): events, (CLEARED, ""): by_hand})
    for change in changes:
        if change.transition in _RAISES:
            found[RAISED, change.alarm.perceived_severity.value] += 1
        elif change.transition is Transition.CLEARED and change.previous_severity is not None:
            found[CLEARED, change.previous_severity.value] += 1
    carried = ((one.alarm.id, one.alarm.attributes) for one in changes)
    note_tickets(session, tenant_id, carried, now=now)
    rows = [
        {
            "tenant_id": tenant_id,
            "hour_at": start_of(now, HOUR),
            "what": what,
            "severity": severity,
            "number": number,
        }
        for (what, severity), number in sorted(found.items())
        if number
    ]
    if rows:
        connection = owned_connection(session, tenant_id, of=AlarmHour.__name__)
        connection.execute(adding_to(AlarmHour, connection.dialect.name), rows)


def trend_of(
    session: Session,
    tenant_id: UUID,
    *,
    steps: int,
    now: datetime,
    step: timedelta = HOUR,
    severity: Severity | None = None,
) -> Trend:
    """Give the last hours or days, the present one included, empty ones too.

    Args:
        session: Any.
        tenant_id: Whose.
        steps: How many.
        now: In the last of them.
        step: `HOUR` or `DAY`; of days those that were folded are there too.
        severity: Only alarms of this one; the totals are of all.
    """
    last = start_of(now, step)
    starts = [last - step * back for back in reversed(range(steps))]
    counted: Counter[tuple[str, str, datetime]] = Counter()
    for at, what, name, number in _rows(session, tenant_id, since=starts[0], step=step):
        counted[what, name, start_of(at, step)] += number
    shown = [severity] if severity else STANDING
    names = [one.value for one in shown] + ([] if severity else [""])
    return Trend(
        raised=[(at, {one: counted[RAISED, one.value, at] for one in shown}) for at in starts],
        cleared=[(at, sum(counted[CLEARED, name, at] for name in names)) for at in starts],
        events=sum(counted[EVENTS, "", at] for at in starts),
        by_severity={one: sum(counted[RAISED, one.value, at] for at in starts) for one in STANDING},
    )


def _rows(
    session: Session, tenant_id: UUID, *, since: datetime, step: timedelta
) -> list[tuple[datetime, str, str, int]]:
    hours = select(AlarmHour.hour_at, AlarmHour.what, AlarmHour.severity, AlarmHour.number).where(
        AlarmHour.tenant_id == tenant_id, AlarmHour.hour_at >= since
    )
    days = select(AlarmDay.day_at, AlarmDay.what, AlarmDay.severity, AlarmDay.number).where(
        AlarmDay.tenant_id == tenant_id, AlarmDay.day_at >= since
    )
    asked = [hours, days] if step == DAY else [hours]
    return [
        (at, what, name, number) for one in asked for at, what, name, number in session.execute(one)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The last 24 hours in short: what was received and raised, and how many tickets came of it."""

    trend: Trend
    tickets: int

    @property
    def less(self) -> int:
        """Say how many percent of the events were no alarm of their own."""
        return noise_reduction(self.trend.events, self.trend.alarms)


def last_day(session: Session, tenant_id: UUID, *, now: datetime) -> Day:
    """Give the last 24 hours; what it costs does not grow with the alarms."""
    since = start_of(now, HOUR) - HOUR * 23
    return Day(
        trend=trend_of(session, tenant_id, steps=24, now=now),
        tickets=count_tickets(session, tenant_id, since=since),
    )


def noise_reduction(events: int, alarms: int) -> int:
    """Say how many percent of the events were no alarm of their own.

    >>> noise_reduction(1_000, 40), noise_reduction(0, 0)
    (96, 0)
    """
    return max(0, round(100 * (1 - alarms / events))) if events else 0


def top_of(
    session: Session, tenant_id: UUID, field: str, *, since: datetime
) -> list[tuple[str, int]]:
    """Give the values with the most alarms since an instant, of the newest `TOP_OF` at most."""
    column = getattr(AlarmRow, field)
    newest = (
        select(column.label("value"))
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.last_raised_at >= since)
        .order_by(AlarmRow.last_raised_at.desc())
        .limit(TOP_OF)
        .subquery()
    )
    rows = session.execute(
        select(newest.c.value, func.count())
        .group_by(newest.c.value)
        .order_by(func.count().desc(), newest.c.value)
        .limit(TOP)
    )
    return [(str(value), number) for value, number in rows]
