"""What intake takes at most: events a second, events that wait, bytes of an event.

A call over a limit is refused as a whole before anything of it is written, and told when to come
back. What is refused was not taken.
"""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem, TooManyError
from runtime.alarms.intake.waiting import waiting_of, waiting_of_all
from runtime.alarms.journal import keep_fault
from runtime.alarms.sources.counting import Counts, note_intake
from runtime.alarms.sources.reading import Batch, Rejected
from runtime.alarms.sources.store import SourceView
from runtime.limits.book import book_of, limits_of
from runtime.limits.buckets import Rate
from runtime.limits.rates import rates_of
from runtime.standing import refuse_intake
from runtime.use.quotas import refuse_over
from runtime.use.recording import EVENTS

log = structlog.get_logger(__name__)

WAIT_S = 5
TOLD_EVERY = timedelta(seconds=10)
"""A source that keeps sending over its limit is told on its page this often, not each time."""
_ASK = "whoever runs this installation can raise the limit"


class TooManyEventsError(TooManyError):
    """More events than may come now: nothing of the call was taken."""

    code = "runtime.too_many_events"


class OverPlanError(TooManyEventsError):
    """The plan's quota of a day, or the cap of a month, does not hold them."""


def event_bytes(session: Session, tenant_id: UUID) -> int:
    """Give how large one event of a tenant may be."""
    return limits_of(session, tenant_id).event_bytes


def admit_events(session: Session, tenant_id: UUID, number: int) -> None:
    """Let so many events in, all or none.

    Raises:
        TooManyEventsError: too many wait already, of the tenant or of all; or they come too fast;
            as an OverPlanError where the plan or a cap does not hold them.
        StoppedError: the tenant is not at work.
    """
    refuse_intake(session, tenant_id)
    if not number:
        return
    limits, rates = limits_of(session, tenant_id), rates_of(session)
    _refuse_over_plan(session, tenant_id, number)
    _refuse_if_too_many_wait(session, tenant_id, number, limits.journal_waiting)
    if rates is None:
        return
    rate = Rate(per_s=limits.events_per_s, burst=limits.events_burst)
    wait_s = rates.take(f"events:{tenant_id}", number, rate)
    if wait_s > 0:
        raise TooManyEventsError(
            f"more than {limits.events_per_s:,} alarm events a second (events_per_s): nothing of "
            f"this call was taken. Send it again later; {_ASK}",
            retry_after_s=max(1, math.ceil(wait_s)),
            limit=limits.events_per_s,
        )


def reject_large(batch: Batch, most: int) -> Batch:
    """Reject the events of a batch that are larger than one may be; the others stay."""
    sizes = [len(json.dumps(raw)) for raw in batch.raws]
    if all(size <= most for size in sizes):
        return batch
    rejected = {one.index for one in batch.rejected}
    places = [at for at in range(len(sizes) + len(rejected)) if at not in rejected]
    kept = Batch(list_name=batch.list_name, rejected=list(batch.rejected))
    ids = batch.ids or [""] * len(sizes)
    for at, (place, size, raw) in enumerate(zip(places, sizes, batch.raws, strict=True)):
        if size <= most:
            kept.events.append(batch.events[at])
            kept.raws.append(raw)
            kept.ids += [ids[at]] if batch.ids else []
        else:
            kept.rejected.append(Rejected(index=place, error=_too_large(size, most), raw=raw))
    kept.rejected.sort(key=lambda one: one.index)
    return kept


def note_refusal(
    session: Session,
    source: SourceView,
    error: TooManyEventsError,
    *,
    number: int,
    now: datetime,
) -> None:
    """Tell on a source's page that events of it were refused, without their bodies."""
    log.warning("events_refused", source_id=str(source.id), events=number, reason=error.message)
    told_at, problem = source.last_problem_at, ""
    if told_at is None or now - told_at >= TOLD_EVERY:
        problem = f"429 for {number:,} events: {error.message}"
        told = TooManyEventsError(problem, retry_after_s=error.retry_after_s)
        keep_fault(session, source.tenant_id, told, body="", source_id=source.id, now=now)
    note_intake(session, source.id, Counts(rejected=number), problem=problem, now=now)


def _refuse_over_plan(session: Session, tenant_id: UUID, number: int) -> None:
    try:
        refuse_over(session, tenant_id, EVENTS, number, now=utc_now())
    except TooManyError as error:
        after_s = error.retry_after_s
        refused = OverPlanError(error.message, retry_after_s=after_s, **error.detail)
        refused.code = error.code
        raise refused from error


def _refuse_if_too_many_wait(session: Session, tenant_id: UUID, number: int, most: int) -> None:
    book = book_of(session)
    everything = book.counted("journal", lambda: waiting_of_all(session))
    if everything + number > book.journal_max:
        raise TooManyEventsError(
            f"{everything:,} alarm events wait in this installation, and {book.journal_max:,} may "
            f"(GARLAND_JOURNAL_MAX): nothing of this call was taken. Send it again later; {_ASK}",
            retry_after_s=WAIT_S,
            limit=book.journal_max,
        )
    if everything + number > most:
        mine = waiting_of(session, tenant_id)
        if mine + number > most:
            raise TooManyEventsError(
                f"{mine:,} alarm events wait, and {most:,} may (journal_waiting): nothing of this "
                f"call was taken. Send it again later; {_ASK}",
                retry_after_s=WAIT_S,
                limit=most,
            )
    book.add("journal", number)
    book.add(("journal", tenant_id), number)


def _too_large(size: int, most: int) -> InvalidError:
    message = (
        f"the event has {size:,} bytes, and may have {most:,} (event_bytes): leave out what "
        "rules and people do not need"
    )
    return InvalidError(message, problems=[Problem("", message)])
