"""Taking refused input after all, once its cause is mended: a better mapping, or other settings."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError
from kernel.json_text import read_json
from runtime.alarms.intake.limits import admit_events, event_bytes, reject_large
from runtime.alarms.intake.taking import origin_of, refuse_if_nothing_taken, write_batch
from runtime.alarms.sources.counting import forget_problem, note_retaken
from runtime.alarms.sources.faults import (
    FaultView,
    count_faults,
    dismiss_faults,
    faults_of,
    get_fault,
)
from runtime.alarms.sources.receipts import drop_repeated
from runtime.alarms.sources.store import SourceView, get_source, read_body

AT_ONCE = 100


def retake(
    session: Session, tenant_id: UUID, source_id: UUID, fault_id: UUID, *, now: datetime
) -> int:
    """Take one refused input of a source as if it came at the instant it came; give its events.

    Raises:
        NotFoundError: there is no such input.
        ConflictError: not all of it was kept.
        InvalidError: it is refused still; it stays as it is.
        TooManyEventsError: more events than may come now; it stays as it is.
    """
    source = get_source(session, tenant_id, source_id)
    fault = _own(session, source, fault_id)
    if not fault.is_whole:
        raise ConflictError("not all of it was kept, since it is over 64 KB: let it be sent again")
    body = read_json(fault.body, what="what was kept")
    batch = reject_large(read_body(source, body), event_bytes(session, tenant_id))
    if batch.rejected:
        batch.events.clear()  # a part of it would be taken twice by the next try
    refuse_if_nothing_taken(batch)
    admit_events(session, tenant_id, len(batch.events))
    batch = drop_repeated(session, tenant_id, source_id, batch, now=now)
    write_batch(session, tenant_id, batch, origin=origin_of(source), now=fault.at)
    note_retaken(session, source_id, len(batch.events), at=fault.at)
    dismiss(session, tenant_id, source_id, [fault_id])
    return len(batch.events)


def retake_all(
    session: Session, tenant_id: UUID, source_id: UUID, *, now: datetime
) -> tuple[int, int]:
    """Take all refused input that can be, oldest first; give how much was taken, and was not."""
    faults = faults_of(session, tenant_id, source_id, limit=AT_ONCE)
    taken = 0
    for fault in reversed(faults):
        try:
            retake(session, tenant_id, source_id, fault.id, now=now)
        except (InvalidError, ConflictError, NotFoundError):
            continue
        except GarlandError:
            break  # too many events for now: the rest would meet the same
        taken += 1
    return taken, len(faults) - taken


def dismiss(
    session: Session, tenant_id: UUID, source_id: UUID, fault_ids: list[UUID] | None = None
) -> int:
    """Let go of some refused input of a source, or of all; give how much it was."""
    gone = dismiss_faults(session, tenant_id, source_id, fault_ids)
    if not count_faults(session, tenant_id, source_id):
        forget_problem(session, source_id)
    return gone


def _own(session: Session, source: SourceView, fault_id: UUID) -> FaultView:
    fault = get_fault(session, source.tenant_id, fault_id, lock=True)
    if fault.source_id != source.id:
        raise NotFoundError("no such fault", id=str(fault_id))
    return fault
