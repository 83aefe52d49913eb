"""How much a source sends: counted as it comes, shown as a rate and over the last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from runtime.alarms._tables import Source
from runtime.alarms.sources._tables import SourceCount
from runtime.alarms.sources.expectations import quiet_after
from runtime.alarms.sources.silence import end_silence
from tenancy.rows import insert_many

SPAN = timedelta(minutes=5)
KEPT = timedelta(hours=25)
SHOWN = timedelta(hours=24)
STEP = timedelta(minutes=30)
RECENT_KEPT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many events of one body were taken, refused, or known already."""

    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0

    @property
    def total(self) -> int:
        """All that came."""
        return self.accepted + self.rejected + self.duplicates


def note_intake(
    session: Session, source_id: UUID, counts: Counts, *, now: datetime, problem: str = ""
) -> None:
    """Count what a source sent; it has spoken, whatever it said."""
    row = session.scalar(select(Source).where(Source.id == source_id).with_for_update())
    if row is None:
        return
    end_silence(session, row, now=now)
    row.last_seen_at = now
    row.quiet_after = quiet_after(row.config, spoke_at=now)
    row.accepted += counts.accepted
    row.rejected += counts.rejected
    row.duplicates += counts.duplicates
    if problem:
        row.last_problem, row.last_problem_at = problem[:500], now
    if counts.accepted:
        row.recent = [now.isoformat(), *(row.recent or [])][:RECENT_KEPT]
    _count(session, row, counts, now=now)


def note_retaken(session: Session, source_id: UUID, number: int, *, at: datetime) -> None:
    """Count events that came at an instant, were refused then, and are taken now.

    The source itself has not spoken.
    """
    row = session.scalar(select(Source).where(Source.id == source_id).with_for_update())
    if row is not None and number:
        row.accepted += number
        row.recent = sorted({at.isoformat(), *(row.recent or [])}, reverse=True)[:RECENT_KEPT]


def forget_problem(session: Session, source_id: UUID) -> None:
    """Let a source of whose refused input nothing is left count as failing no longer."""
    row = session.scalar(select(Source).where(Source.id == source_id).with_for_update())
    if row is not None:
        row.last_problem, row.last_problem_at = "", None


def rate_of(session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime) -> float:
    """Give the events a minute of the last five to ten minutes: the span before and this one."""
    start = span_of(now)
    found = session.scalars(
        select(SourceCount).where(
            SourceCount.tenant_id == tenant_id,
            SourceCount.source_id == source_id,
            SourceCount.at >= start - SPAN,
        )
    )
    total = sum(one.accepted + one.rejected + one.duplicates for one in found)
    return total / ((now - start + SPAN).total_seconds() / 60)


def day_of(
    session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime
) -> list[tuple[datetime, int]]:
    """Give the events of each half hour of the last day, oldest first, those without any too."""
    last = _floor(now, STEP)
    steps = [last - STEP * back for back in reversed(range(SHOWN // STEP))]
    counted = dict.fromkeys(steps, 0)
    found = session.scalars(
        select(SourceCount).where(
            SourceCount.tenant_id == tenant_id,
            SourceCount.source_id == source_id,
            SourceCount.at >= steps[0],
        )
    )
    for one in found:
        step = _floor(one.at, STEP)
        if step in counted:
            counted[step] += one.accepted + one.rejected + one.duplicates
    return list(counted.items())


def span_of(at: datetime) -> datetime:
    """Give the start of the span of five minutes that an instant lies in.

    >>> span_of(datetime(2026, 11, 24, 12, 7, 30, tzinfo=UTC)).isoformat()
    '2026-11-24T12:05:00+00:00'
    """
    return _floor(at, SPAN)


def _floor(at: datetime, step: timedelta) -> datetime:
    size = step.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // size * size, UTC)


def _count(session: Session, row: Source, counts: Counts, *, now: datetime) -> None:
    """Count in the span of now; whoever begins one drops those that are no longer shown.

    The source's row is locked, so no other body of it is counted at the same moment.
    """
    at = span_of(now)
    mine = (SourceCount.tenant_id == row.tenant_id, SourceCount.source_id == row.id)
    counted = session.execute(
        update(SourceCount)
        .where(*mine, SourceCount.at == at)
        .values(
            accepted=SourceCount.accepted + counts.accepted,
            rejected=SourceCount.rejected + counts.rejected,
            duplicates=SourceCount.duplicates + counts.duplicates,
        )
        .returning(SourceCount.at)
        .execution_options(synchronize_session=False)
    ).first()
    if counted is not None:
        return
    begun = {
        "source_id": row.id,
        "tenant_id": row.tenant_id,
        "at": at,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "duplicates": counts.duplicates,
    }
    insert_many(session, SourceCount, [begun])
    old = delete(SourceCount).where(*mine, SourceCount.at < now - KEPT)
    session.execute(old.execution_options(synchronize_session=False))
