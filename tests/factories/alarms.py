"""Alarms of a tenant, by way of the journal as in life."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.journal import append, mark_done, take
from runtime.alarms.model import AlarmEvent, Severity
from runtime.alarms.store import Change, apply_batch
from tests.factories.tenancy import NOON


def say(session: Session, tenant_id: UUID, *said: tuple[str, str, int]) -> list[Change]:
    """Journal (object, severity, seconds after noon) and apply it all as one batch."""
    for name, severity, after_s in said:
        at = NOON + timedelta(seconds=after_s)
        event = AlarmEvent(
            managed_object=name, perceived_severity=Severity(severity), raised_at=at, source="t"
        )
        append(session, tenant_id, [event], now=at)
    return work_off(session, tenant_id, now=NOON)


def make_alarm(session: Session, tenant_id: UUID, name: str = "BER1", **said: Any) -> UUID:
    """Raise a major alarm at noon; `said` is what else its event has."""
    event = AlarmEvent(
        **{
            "managed_object": name,
            "perceived_severity": Severity.MAJOR,
            "raised_at": NOON,
            "source": "t",
            **said,
        }
    )
    append(session, tenant_id, [event], now=NOON)
    return work_off(session, tenant_id, now=NOON)[-1].alarm.id


def work_off(session: Session, tenant_id: UUID, *, now: datetime) -> list[Change]:
    """Apply what the journal holds of a tenant, as the correlator does."""
    rows = [row for row in take(session, 1_000) if row.tenant_id == tenant_id]
    changes = apply_batch(session, tenant_id, rows, now=now)
    mark_done(session, [row.seq for row in rows], now=now)
    return changes
