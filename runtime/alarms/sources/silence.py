"""Heartbeats: a source that is expected to speak and does not raises an alarm, and ends it itself.

The alarm is an event in the journal, written in the transaction that marks the source silent; so
it is raised once, whatever dies, and by however many schedulers look at it. Its identity is the
source, not its name.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.durations import duration_words
from runtime.alarms._tables import Source
from runtime.alarms.journal import append
from runtime.alarms.model import AlarmEvent, EventType, Severity
from runtime.standing import of_those_at_work
from runtime.wake import wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

SAID_BY = "garland"
PROBLEM = "Source silent"
BITE = 100


def raise_for_silent(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Raise an alarm for each source, of all tenants, that should have spoken by now.

    The caller commits. Each source is looked at again under its lock: one that spoke meanwhile, or
    that another scheduler has dealt with, is left alone.

    Returns:
        How many were raised.
    """
    with system(session):
        due = (
            select(Source.id, Source.tenant_id)
            .where(
                Source.quiet_after <= now,
                Source.silent_since.is_(None),
                Source.paused_at.is_(None),
                of_those_at_work(session, Source.tenant_id),
            )
            .order_by(Source.quiet_after)
            .limit(most)
        )
        found = session.execute(due).all()
    raised = 0
    for source_id, tenant_id in found:
        with as_tenant(session, tenant_id):
            raised += _raise(session, tenant_id, source_id, now=now)
    return raised


def has_silent(session: Session, *, now: datetime) -> bool:
    """Tell whether a source should have spoken by now; call it in system scope."""
    due = (
        select(Source.id)
        .where(
            Source.quiet_after <= now,
            Source.silent_since.is_(None),
            Source.paused_at.is_(None),
            of_those_at_work(session, Source.tenant_id),
        )
        .limit(1)
    )
    return session.scalar(due) is not None


def end_silence(session: Session, row: Source, *, now: datetime) -> None:
    """Clear the alarm of a source that speaks again, or of which nothing is expected any more.

    The caller holds the row's lock.
    """
    if row.silent_since is None:
        return
    # Another machine's clock may have told the silence: an end before its beginning is no end.
    at, row.silent_since = max(now, row.silent_since), None
    _tell(session, row, Severity.CLEARED, f"{row.name} speaks again", at=at, now=now)
    log.info("source_heard_again", tenant_id=str(row.tenant_id), source_id=str(row.id))


def _raise(session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime) -> bool:
    row = session.scalar(
        select(Source)
        .where(Source.tenant_id == tenant_id, Source.id == source_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.silent_since is not None or row.paused_at is not None:
        return False
    if row.quiet_after is None or row.quiet_after > now:
        return False
    every_s = row.config.get("expect_every_s", 0)
    since = "never spoke" if row.last_seen_at is None else "last spoke at "
    at = format_instant(row.last_seen_at) if row.last_seen_at is not None else ""
    text = f"{row.name} is expected every {duration_words(every_s)}, and {since}{at}"
    row.silent_since = row.quiet_after
    _tell(session, row, Severity.MAJOR, text, at=row.quiet_after, now=now)
    log.info("source_fell_silent", tenant_id=str(tenant_id), source_id=str(row.id))
    return True


def _tell(
    session: Session, row: Source, severity: Severity, text: str, *, at: datetime, now: datetime
) -> None:
    event = AlarmEvent(
        source=SAID_BY,
        managed_object=row.name,
        perceived_severity=severity,
        event_type=EventType.COMMUNICATIONS.value,
        specific_problem=PROBLEM,
        text=text,
        raised_at=at if severity is not Severity.CLEARED else None,
        cleared_at=at if severity is Severity.CLEARED else None,
        reduction_key=f"source silent {row.id}",
        attributes={"source_id": str(row.id)},
    )
    append(session, row.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")
