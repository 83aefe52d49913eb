"""The use-case of intake: read a body, write good events to the journal, keep the bad."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.db import after_commit
from kernel.errors import GarlandError, InvalidError, Problem, UnavailableError
from kernel.schema import path_of
from runtime.alarms.intake.limits import (
    TooManyEventsError,
    admit_events,
    event_bytes,
    note_refusal,
    reject_large,
)
from runtime.alarms.journal import Origin, append, keep_fault
from runtime.alarms.sources.counting import Counts, note_intake
from runtime.alarms.sources.reading import Batch, read_canonical
from runtime.alarms.sources.receipts import drop_repeated
from runtime.alarms.sources.store import SourceView, read_body
from runtime.metrics import INTAKE_EVENTS
from runtime.wake import wake_after_commit

API_SOURCE = "api"
FAULTS_OF_A_BODY = 20  # enough to see what is wrong; one body must not write thousands


class PausedError(UnavailableError):
    """The source is paused by the people it belongs to."""

    code = "source.paused"


class NothingTakenError(InvalidError):
    """No event of the batch could be taken."""

    code = "runtime.alarm_rejected"


def take_from_api(
    session: Session, tenant_id: UUID, body: Any, *, now: datetime, source: str = API_SOURCE
) -> Batch:
    """Take canonical events that came by no source, and name one; see `read_canonical`.

    Raises:
        InvalidError: the body cannot be read at all.
        TooManyEventsError: they are more than may come now; none was taken.
    """
    batch = reject_large(read_canonical(body, source=source), event_bytes(session, tenant_id))
    admit_events(session, tenant_id, len(batch.events))
    write_batch(session, tenant_id, batch, origin=None, now=now)
    return batch


def take_from_source(session: Session, source: SourceView, body: Any, *, now: datetime) -> Batch:
    """Take what a source sent, and count it.

    Raises:
        PausedError: the source is paused; nothing was taken.
        InvalidError: the body cannot be read at all. It is kept, so the caller commits even so.
        TooManyEventsError: they are more than may come now; none was taken. The source's page
            tells it, so the caller commits likewise.
    """
    refuse_if_paused(source)
    try:
        batch = reject_large(read_body(source, body), event_bytes(session, source.tenant_id))
    except InvalidError as error:
        note_unreadable(session, source, error, body=body, now=now)
        raise
    return take_batch(session, source, batch, now=now, body=body)


def take_batch(
    session: Session, source: SourceView, batch: Batch, *, now: datetime, body: Any = None
) -> Batch:
    """Take what was read of what a source sent, and count it.

    Raises:
        TooManyEventsError: as `take_from_source` does.
    """
    try:
        admit_events(session, source.tenant_id, len(batch.events))
    except TooManyEventsError as error:
        note_refusal(session, source, error, number=len(batch.events), now=now)
        raise
    batch = drop_repeated(session, source.tenant_id, source.id, batch, now=now)
    write_batch(session, source.tenant_id, batch, origin=origin_of(source), body=body, now=now)
    counts = Counts(
        accepted=len(batch.events), rejected=len(batch.rejected), duplicates=batch.duplicates
    )
    note_intake(session, source.id, counts, problem=_first_problem(batch), now=now)
    return batch


def refuse_if_paused(source: SourceView) -> None:
    """Refuse what a paused source sends; raises PausedError."""
    if source.paused_at is not None:
        raise PausedError(
            f"{source.name} is paused: nothing was taken. Resume it on its page, or stop sending"
        )


def origin_of(source: SourceView) -> Origin:
    """Say where events come from: the source, and the mapping that reads them now."""
    return Origin(source_id=source.id, mapping_version=source.mapping_version)


def alone(body: Any, list_name: str, raw: Any) -> Any:
    """Give a body as if it had held this one event only, so that it can be taken by itself.

    >>> alone({"version": "4", "alerts": [1, 2]}, "alerts", 2)
    {'version': '4', 'alerts': [2]}
    """
    return _with(body, path_of(f"/{list_name}"), [raw]) if list_name else raw


def _with(body: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(body, list):
        return [_with(body[int(first)], rest, value)]
    return {**body, first: _with(body[first], rest, value)}


def note_unreadable(
    session: Session, source: SourceView, error: GarlandError, *, body: Any, now: datetime
) -> None:
    """Keep what a source sent and nobody can read, and tell it on the source's page."""
    keep_fault(session, source.tenant_id, error, body=body, source_id=source.id, now=now)
    problems = error.problems if isinstance(error, InvalidError) else ()
    told = problems[0].message if problems else error.message
    note_intake(session, source.id, Counts(rejected=1), problem=told, now=now)


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


def write_batch(
    session: Session,
    tenant_id: UUID,
    batch: Batch,
    *,
    origin: Origin | None,
    now: datetime,
    body: Any = None,
) -> None:
    """Write the good events to the journal, and keep some of the bad, each in a body by itself."""
    append(session, tenant_id, batch.events, now=now, origin=origin, raws=batch.raws)
    source_id = origin.source_id if origin else None
    for bad in batch.rejected[:FAULTS_OF_A_BODY]:
        kept = bad.raw if body is None else alone(body, batch.list_name, bad.raw)
        keep_fault(session, tenant_id, bad.error, body=kept, source_id=source_id, now=now)
    after_commit(session, lambda: _count(len(batch.events), len(batch.rejected)))
    if batch.events:
        wake_after_commit(session, "correlator")


def _count(accepted: int, rejected: int) -> None:
    INTAKE_EVENTS.labels("accepted").inc(accepted)
    INTAKE_EVENTS.labels("rejected").inc(rejected)
