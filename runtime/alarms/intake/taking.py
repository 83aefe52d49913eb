"""The use-case of intake: read a body, write good events to the journal, keep the bad."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.db import after_commit
from kernel.errors import GarlandError, InvalidError, Problem
from runtime.alarms.intake.limits import (
    TooManyEventsError,
    admit_events,
    event_bytes,
    note_refusal,
    reject_large,
)
from runtime.alarms.journal import append, keep_fault
from runtime.alarms.sources.reading import Batch, read_canonical
from runtime.alarms.sources.store import SourceView, note_intake, read_body
from runtime.metrics import INTAKE_EVENTS
from runtime.wake import wake_after_commit

API_SOURCE = "api"
FAULTS_OF_A_BODY = 20  # enough to see what is wrong; one body must not write thousands


class NothingTakenError(InvalidError):
    """No event of the batch could be taken."""

    code = "runtime.alarm_rejected"


def take_from_api(session: Session, tenant_id: UUID, body: Any, *, now: datetime) -> Batch:
    """Take canonical events sent with a token; see `read_canonical`.

    Raises:
        InvalidError: the body cannot be read at all.
        TooManyEventsError: they are more than may come now; none was taken.
    """
    batch = reject_large(read_canonical(body, source=API_SOURCE), event_bytes(session, tenant_id))
    admit_events(session, tenant_id, len(batch.events))
    _write(session, tenant_id, batch, source_id=None, now=now)
    return batch


def take_from_source(session: Session, source: SourceView, body: Any, *, now: datetime) -> Batch:
    """Take what a source sent, and count it.

    Raises:
        InvalidError: the body cannot be read at all. It is kept, so the caller commits even so.
        TooManyEventsError: they are more than may come now; none was taken. The source's page
            tells it, so the caller commits likewise.
    """
    try:
        batch = reject_large(read_body(source, body), event_bytes(session, source.tenant_id))
    except InvalidError as error:
        note_unreadable(session, source, error, body=body, now=now)
        raise
    return take_batch(session, source, batch, now=now)


def take_batch(session: Session, source: SourceView, batch: Batch, *, now: datetime) -> Batch:
    """Take what was read of what a source sent, and count it.

    Raises:
        TooManyEventsError: as `take_from_source` does.
    """
    try:
        admit_events(session, source.tenant_id, len(batch.events))
    except TooManyEventsError as error:
        note_refusal(session, source, error, number=len(batch.events), now=now)
        raise
    _write(session, source.tenant_id, batch, source_id=source.id, now=now)
    problem = _first_problem(batch)
    accepted, rejected = len(batch.events), len(batch.rejected)
    note_intake(session, source.id, accepted=accepted, rejected=rejected, problem=problem, now=now)
    return batch


def note_unreadable(
    session: Session, source: SourceView, error: GarlandError, *, body: Any, now: datetime
) -> None:
    """Keep what a source sent and nobody can read, and tell it on the source's page."""
    keep_fault(session, source.tenant_id, error, body=body, source_id=source.id, now=now)
    note_intake(session, source.id, accepted=0, rejected=1, problem=error.message, now=now)


def refuse_if_nothing_taken(batch: Batch) -> None:
    """Raise NothingTakenError when events came and none was good; pointers carry the index."""
    if batch.events or not batch.rejected:
        return
    problems = [
        Problem(_place_of(batch, bad.index) + one.pointer, one.message)
        for bad in batch.rejected
        for one in bad.error.problems
    ]
    raise NothingTakenError("no alarm could be taken: mend the fields named", problems=problems)


def _place_of(batch: Batch, index: int) -> str:
    return f"/{batch.list_name}/{index}" if batch.list_name else ""


def _first_problem(batch: Batch) -> str:
    return next((one.message for bad in batch.rejected for one in bad.error.problems), "")


def _write(
    session: Session, tenant_id: UUID, batch: Batch, *, source_id: UUID | None, now: datetime
) -> None:
    append(session, tenant_id, batch.events, now=now, source_id=source_id, raws=batch.raws)
    for bad in batch.rejected[:FAULTS_OF_A_BODY]:
        keep_fault(session, tenant_id, bad.error, body=bad.raw, source_id=source_id, now=now)
    after_commit(session, lambda: _count(len(batch.events), len(batch.rejected)))
    if batch.events:
        wake_after_commit(session, "correlator")


def _count(accepted: int, rejected: int) -> None:
    INTAKE_EVENTS.labels("accepted").inc(accepted)
    INTAKE_EVENTS.labels("rejected").inc(rejected)
