"""Many datagrams taken in one transaction: read, journalled, counted; what is nobody's kept apart.

Never commits: whoever listens does, and answers only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms.intake.limits import (
    OverPlanError,
    TooManyEventsError,
    event_bytes,
    reject_large,
)
from runtime.alarms.intake.taking import FAULTS_OF_A_BODY, note_unreadable, take_batch
from runtime.alarms.sources.counting import Counts, note_intake
from runtime.alarms.sources.listened.reading import Arrived, Read
from runtime.alarms.sources.listened.store import count_heard
from runtime.alarms.sources.listened.strays import Stray, keep_strays
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.store import SourceView, get_source
from runtime.standing import is_stopped
from tenancy.scope import as_tenant


class Outcome(Enum):
    """What became of one datagram."""

    TAKEN = "taken"
    COUNTED = "counted"
    ASKED = "asked"
    REFUSED = "refused"
    STRAY = "stray"
    LATER = "later"


@dataclass(slots=True)
class Result:
    """What became of each datagram, in the order they came, and the answers for after the commit.

    A datagram with outcome LATER was over the limits of intake: nothing of it was taken.
    """

    outcomes: list[Outcome]
    answers: list[bytes | None] = field(default_factory=list)


def take_arrived(
    session: Session, reads: Sequence[Read], arrived: Sequence[Arrived], *, now: datetime
) -> Result:
    """Take what arrived and was read, of all tenants.

    In no scope: each source's own is entered. One that was removed meanwhile takes nothing.
    """
    result = Result(outcomes=[Outcome.STRAY] * len(reads), answers=[one.answer for one in reads])
    by_source: dict[UUID, list[int]] = {}
    for place, one in enumerate(reads):
        if one.source is not None:
            by_source.setdefault(one.source.source_id, []).append(place)
        elif not one.stray:
            result.outcomes[place] = Outcome.ASKED
    for places in by_source.values():
        mine = {place: reads[place] for place in places}
        outcomes = _take_of_source(session, mine, arrived, now=now)
        for place, outcome in outcomes.items():
            result.outcomes[place] = outcome
            if outcome is Outcome.LATER:
                result.answers[place] = None
    keep_strays(session, _strays(reads, arrived), now=now)
    return result


def _strays(reads: Iterable[Read], arrived: Iterable[Arrived]) -> list[Stray]:
    return [
        Stray(of.kind, of.sender, one.stray, one.sample)
        for one, of in zip(reads, arrived, strict=True)
        if one.stray
    ]


def _take_of_source(
    session: Session,
    reads: Mapping[int, Read],
    arrived: Sequence[Arrived],
    *,
    now: datetime,
) -> dict[int, Outcome]:
    source = next(iter(reads.values())).source
    if source is None:
        return {}
    with as_tenant(session, source.tenant_id):
        try:
            view = get_source(session, source.tenant_id, source.source_id)
        except NotFoundError:
            return dict.fromkeys(reads, Outcome.STRAY)
        if is_stopped(session, source.tenant_id):
            return dict.fromkeys(reads, Outcome.REFUSED)  # later, too, nobody would take it
        batch, outcomes = _gathered(reads, source.name)
        batch = reject_large(batch, event_bytes(session, source.tenant_id))
        _note_faults(session, view, reads, arrived, now=now)
        try:
            take_batch(session, view, batch, now=now)
        except TooManyEventsError as error:
            # over its plan nobody would take it for hours, and the queue is everybody's
            then = Outcome.REFUSED if isinstance(error, OverPlanError) else Outcome.LATER
            return {
                place: then if outcome is Outcome.TAKEN else outcome
                for place, outcome in outcomes.items()
            }
        quiet = sum(one is Outcome.COUNTED for one in outcomes.values())
        where = (session, source.tenant_id, source.source_id)
        count_heard(*where, heard=len(reads), counted_only=quiet)
    return outcomes


def _note_faults(
    session: Session,
    source: SourceView,
    reads: Mapping[int, Read],
    arrived: Sequence[Arrived],
    *,
    now: datetime,
) -> None:
    """Keep some of what could not be read, and count all: senders of datagrams can be forged."""
    faults = [(place, one.fault) for place, one in reads.items() if one.fault is not None]
    for place, fault in faults[:FAULTS_OF_A_BODY]:
        body = arrived[place].data[:64_000].decode(errors="replace")
        kept = body if arrived[place].topic else ""
        note_unreadable(session, source, fault, body=kept, now=now)
    if (rest := len(faults) - FAULTS_OF_A_BODY) > 0:
        counts = Counts(rejected=rest)
        note_intake(session, source.id, counts, now=now, problem=faults[-1][1].message)


def _gathered(reads: Mapping[int, Read], name: str) -> tuple[Batch, dict[int, Outcome]]:
    """Put the events of all datagrams of a source into one batch."""
    batch = Batch(list_name="events")
    outcomes: dict[int, Outcome] = {}
    for place, one in reads.items():
        if one.fault is not None:
            outcomes[place] = Outcome.REFUSED
            continue
        before, bad = len(batch.events), len(batch.rejected)
        for document, raw in one.events:
            batch.take(before + bad, {"source": name, **document}, raw=raw)
        if one.batch is not None:
            batch.events += one.batch.events
            batch.raws += one.batch.raws
            for rejected in one.batch.rejected:
                batch.rejected.append(rejected)
        if len(batch.events) > before:
            outcomes[place] = Outcome.TAKEN
        else:
            is_bad = len(batch.rejected) > bad
            outcomes[place] = Outcome.REFUSED if is_bad else Outcome.COUNTED
    return batch, outcomes
