"""How alarms went over the last hours: a figure for each hour, written as events are dealt with.

Counting a week of alarms anew for each look would read every one of them; the correlator adds up
each batch instead, in its own transaction: a few rows an hour and tenant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Insert, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.console._tables import AlarmHour
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import Severity
from runtime.alarms.store import Change
from tenancy.scope import require_owner, system

EVENTS, RAISED, CLEARED = "events", "raised", "cleared"
TOP = 10
TOP_OF = 20_000
_RAISES = (Transition.CREATED, Transition.REOPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What happened in each of some hours, oldest first, and in all of them."""

    raised: Sequence[tuple[datetime, int]]
    cleared: Sequence[tuple[datetime, int]]
    events: int
    by_severity: dict[Severity, int]

    @property
    def alarms(self) -> int:
        """Give how many alarms were raised."""
        return sum(number for _, number in self.raised)


def hour_of(at: datetime) -> datetime:
    """Give the beginning of an instant's hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def count_changes(
    session: Session,
    tenant_id: UUID,
    changes: Iterable[Change],
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
    rows = [
        {
            "tenant_id": tenant_id,
            "hour_at": hour_of(now),
            "what": what,
            "severity": severity,
            "number": number,
        }
        for (what, severity), number in sorted(found.items())
        if number
    ]
    if rows:
        require_owner(session, tenant_id, of=AlarmHour.__name__)
        with system(session):
            session.connection().execute(_add(session.get_bind().dialect.name), rows)


def trend_of(
    session: Session,
    tenant_id: UUID,
    *,
    hours: int,
    now: datetime,
    severity: Severity | None = None,
) -> Trend:
    """Give the last hours, the present one included, empty ones too; of one severity or all."""
    starts = [hour_of(now) - timedelta(hours=back) for back in reversed(range(hours))]
    rows = session.execute(
        select(AlarmHour.hour_at, AlarmHour.what, AlarmHour.severity, AlarmHour.number).where(
            AlarmHour.tenant_id == tenant_id, AlarmHour.hour_at >= starts[0]
        )
    ).all()
    counted: Counter[tuple[str, datetime]] = Counter()
    totals: Counter[str] = Counter()
    for at, what, name, number in rows:
        if what == RAISED:
            totals[name] += number
        if what == EVENTS or severity is None or name == severity.value:
            counted[what, at] += number
    return Trend(
        raised=[(at, counted[RAISED, at]) for at in starts],
        cleared=[(at, counted[CLEARED, at]) for at in starts],
        events=sum(counted[EVENTS, at] for at in starts),
        by_severity={
            one: totals[one.value] for one in reversed(Severity) if one is not Severity.CLEARED
        },
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


def _add(dialect: str) -> Insert:
    if dialect == "postgresql":
        wanted = insert_postgresql(AlarmHour)
        added = AlarmHour.number + wanted.excluded.number
        return wanted.on_conflict_do_update(index_elements=_KEYS, set_={"number": added})
    lite = insert_sqlite(AlarmHour)
    added = AlarmHour.number + lite.excluded.number
    return lite.on_conflict_do_update(index_elements=_KEYS, set_={"number": added})


_KEYS = ["tenant_id", "hour_at", "what", "severity"]
