"""Whose an alarm of TMF642 is: its sender's source counts it, and keeps what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import GarlandError
from runtime.alarms import store
from runtime.alarms._storable import storage_problems
from runtime.alarms.intake.limits import TooManyEventsError, admit_events, note_refusal
from runtime.alarms.intake.taking import note_unreadable, refuse_if_paused
from runtime.alarms.model import NAME_MAX, AlarmEvent
from runtime.alarms.sources.counting import Counts, note_intake
from runtime.alarms.sources.senders import sender_of

SYSTEM = "sourceSystemId"


def take_from_sender(
    session: Session, tenant_id: UUID, event: AlarmEvent, *, raw: Any, now: datetime
) -> store.Change | None:
    """Apply an event at once as one of its sender's; None where it changed nothing.

    Raises:
        PausedError: the sender's source is paused.
        TooManyEventsError: more events than may come now.
    """
    source = sender_of(session, tenant_id, event.source.strip(), now=now)
    if source is not None:
        refuse_if_paused(source)
    admit_events(session, tenant_id, 1)
    source_id = source.id if source is not None else None
    change = store.apply_at_once(session, tenant_id, event, raw=raw, now=now, source_id=source_id)
    if source_id is not None and change is not None:
        note_intake(session, source_id, Counts(accepted=1), now=now)
    return change


def note_refused(
    session: Session, tenant_id: UUID, body: Any, error: GarlandError, *, now: datetime
) -> None:
    """Keep a body that was refused, for its sender's page; one that says no sender is nobody's."""
    said = body.get(SYSTEM) if isinstance(body, Mapping) else None
    system = said.strip() if isinstance(said, str) else ""
    if not 0 < len(system) <= NAME_MAX or storage_problems({SYSTEM: system}):
        return
    source = sender_of(session, tenant_id, system, now=now)
    if source is None:
        return
    if isinstance(error, TooManyEventsError):
        note_refusal(session, source, error, number=1, now=now)
    else:
        note_unreadable(session, source, error, body=body, now=now)
