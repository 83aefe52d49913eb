"""The use-case of intake: read a body, write good events to the journal, keep the bad."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.db import after_commit
from kernel.errors import InvalidError, Problem
from runtime.alarms._reading import active_of_source
from runtime.alarms.intake.limits import (
    TooManyEventsError,
    admit_events,
    event_bytes,
    note_refusal,
    reject_large,
)
from runtime.alarms.journal import MISSING, append, keep_fault, note
from runtime.alarms.sources.reading import Batch, read_canonical
from runtime.alarms.sources.store import SourceView, note_intake, read_body
from runtime.metrics import INTAKE_EVENTS
from runtime.wake import wake_after_commit

API_SOURCE = "api"
FAULTS_OF_A_BODY = 20  # enough to see what is wrong; one body must not write thousands


class NothingTakenError(InvalidError):
    """No event of the batch could be taken."""

    code = "runtime.alarm_rejected"


class BrokenListError(InvalidError):
    """A source's full list cannot be believed, so nothing was taken of it."""

    code = "runtime.resync_refused"


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
        keep_fault(session, source.tenant_id, error, body=body, source_id=source.id, now=now)
        note_intake(session, source.id, accepted=0, rejected=1, problem=error.message, now=now)
        raise
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


def take_full_list(
    session: Session, source: SourceView, body: Any, *, now: datetime, allow_empty: bool = False
) -> tuple[Batch, int]:
    """Take all that stands at a source: what is new is raised, what is missing is cleared.

    Both go through the journal, so rules see them. A list with one broken event changes nothing,
    for what it could not say would be cleared; neither does an empty one that was not meant.

    Args:
        session: The caller's transaction.
        source: Whose list it is; only alarms that came by this source are cleared.
        body: The list, as the source's kind is sent; `{"events": []}` may be empty.
        now: When it was received.
        allow_empty: Nothing stands any more, and everything of the source is to be cleared.

    Returns:
        What was read, and how many alarms are missing in it.

    Raises:
        InvalidError: the list is broken, or empty and not meant so.
        TooManyEventsError: they are more than may come now; none was taken.
    """
    is_empty = isinstance(body, dict) and body.get("events") == []
    batch = Batch(list_name="events") if is_empty else read_body(source, body)
    batch = reject_large(batch, event_bytes(session, source.tenant_id))
    if batch.rejected:
        problems = problems_of(batch)
        raise BrokenListError("the list clears nothing: mend the fields named", problems=problems)
    standing = {event.dedup_key for event in batch.events if not event.is_clear}
    if not standing and not allow_empty:
        message = 'events: the list is empty; send "allow_empty": true to clear all of the source'
        raise BrokenListError(message, problems=[Problem("/events", message)])
    admit_events(session, source.tenant_id, len(batch.events))
    _write(session, source.tenant_id, batch, source_id=source.id, now=now)
    missing = [
        alarm_id
        for alarm_id, key in active_of_source(session, source.tenant_id, source.id)
        if key not in standing
    ]
    note(session, source.tenant_id, MISSING, missing, now=now)
    accepted = len(batch.events)
    note_intake(session, source.id, accepted=accepted, rejected=0, problem="", now=now)
    return batch, len(missing)


def refuse_if_nothing_taken(batch: Batch) -> None:
    """Raise NothingTakenError when events came and none was good; pointers carry the index."""
    if batch.events or not batch.rejected:
        return
    message = "no alarm could be taken: mend the fields named"
    raise NothingTakenError(message, problems=problems_of(batch))


def problems_of(batch: Batch) -> list[Problem]:
    """List what is wrong with the rejected events; pointers carry the index."""
    return [
        Problem(_place_of(batch, bad.index) + one.pointer, one.message)
        for bad in batch.rejected
        for one in bad.error.problems
    ]


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
