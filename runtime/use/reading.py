"""How much a tenant used: of today, of the month, by the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.use._tables import UsageDay, UsageFact
from runtime.use.recording import day_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """What one day came to, by metric."""

    day: date
    numbers: Mapping[str, int]


def used_on(session: Session, tenant_id: UUID, metric: str, day: date) -> int:
    """Add up the facts of a day."""
    found = session.scalar(
        select(func.coalesce(func.sum(UsageFact.number), 0)).where(
            UsageFact.tenant_id == tenant_id, UsageFact.metric == metric, UsageFact.day == day
        )
    )
    return int(found or 0)


def used_before(session: Session, tenant_id: UUID, metric: str, day: date) -> int:
    """Add up the days of a month before a day, as they were added up."""
    found = session.scalar(
        select(func.coalesce(func.sum(UsageDay.number), 0)).where(
            UsageDay.tenant_id == tenant_id,
            UsageDay.metric == metric,
            UsageDay.day >= day.replace(day=1),
            UsageDay.day < day,
        )
    )
    return int(found or 0)


def days_of(session: Session, tenant_id: UUID, *, since: date, until: date) -> list[DayUse]:
    """List what each day came to, both included, days of nothing too."""
    rows = session.execute(
        select(UsageDay.day, UsageDay.metric, UsageDay.number).where(
            UsageDay.tenant_id == tenant_id, UsageDay.day >= since, UsageDay.day <= until
        )
    )
    numbers: dict[date, dict[str, int]] = {}
    for row in rows:
        numbers.setdefault(row.day, {})[row.metric] = row.number
    days = [since + DAY * at for at in range((until - since).days + 1)]
    return [DayUse(day=day, numbers=numbers.get(day, {})) for day in days]


PEAKS = frozenset({"storage_bytes", "members"})
"""What is there rather than happens."""


def midnight_after(now: datetime) -> datetime:
    """Give when the day of an instant is over, in UTC."""
    return datetime.combine(day_of(now) + DAY, time(), UTC)


def month_after(now: datetime) -> datetime:
    """Give when the month of an instant is over, in UTC.

    >>> month_after(datetime(2026, 12, 31, 23, tzinfo=UTC)).isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    first = day_of(now).replace(day=1)
    return datetime.combine((first + 32 * DAY).replace(day=1), time(), UTC)
