"""What came and what was done, as it was: the journal's batches, and the deeds between them.

The journal says in which batch an event was dealt with (its rows have one `done_at`) and whether it
was held back. The history says what each event did, in the order of what was written: a line of an
event names its place in the journal, every other line is a deed of a person, a rule or the clock.
So the deeds that a batch saw are those that stand before its own lines.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel import trace
from runtime.alarms._tables import JournalEntry
from runtime.alarms.journal import APPLIED, JournalRow
from runtime.alarms.past_lines import Ahead, Line, line_before, read_lines

PAGE = 1_000
BATCH_MAX = 500  # rows of one instant are of one batch, but never more than a batch takes
REORDERED = 2_000  # so far apart may rows lie that were dealt with in another order than they came


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """One batch as it was dealt with.

    Attributes:
        rows: Its rows, ascending.
        held: Those that rules did not judge, since their alarm was held back.
        lines: What its events did, by row; a repeat has no line.
        deeds: What was done to alarms before it, and after the batch before.
        quieted: What it held back and let go itself, before its rules were asked.
        upto: The last line of the history before its own.
        is_kept: Whether there is a history of it at all; events from a file have none.
    """

    rows: Sequence[JournalRow]
    held: frozenset[int] = frozenset()
    lines: Mapping[int, Line] = field(default_factory=dict)
    deeds: Sequence[Line] = ()
    quieted: Sequence[Line] = ()
    upto: int = 0
    is_kept: bool = True


class _Taken(NamedTuple):
    """One row, ordered as it was dealt with."""

    at: datetime
    seq: int
    held: bool
    row: JournalRow


def one_by_one(rows: Iterable[JournalRow]) -> Iterator[Dealt]:
    """Give rows that nobody dealt with, each as a batch."""
    return (Dealt(rows=[row], is_kept=False) for row in rows)


def count_past(session: Session, tenant_id: UUID, *, since: datetime) -> int:
    """Count a tenant's rows that were received since and dealt with."""
    mine = (JournalEntry.tenant_id == tenant_id, JournalEntry.received_at >= since)
    counted = select(func.count(JournalEntry.seq)).where(*mine, JournalEntry.done_at.is_not(None))
    return session.scalar(counted) or 0


def past_begins(session: Session, tenant_id: UUID, *, since: datetime) -> datetime:
    """Say when the first row that is kept was received: others may be removed since."""
    mine = (JournalEntry.tenant_id == tenant_id, JournalEntry.received_at >= since)
    return session.scalar(select(func.min(JournalEntry.received_at)).where(*mine)) or since


def kept_since(session: Session, tenant_id: UUID) -> datetime | None:
    """Say when the oldest event that is still kept was received; None where none is."""
    mine = JournalEntry.tenant_id == tenant_id
    return session.scalar(select(func.min(JournalEntry.received_at)).where(mine))


def first_row_since(session: Session, tenant_id: UUID, at: datetime) -> int | None:
    """Give the place of the first row that was received since an instant."""
    mine = (JournalEntry.tenant_id == tenant_id, JournalEntry.received_at >= at)
    return session.scalar(select(func.min(JournalEntry.seq)).where(*mine))


def read_past(session: Session, tenant_id: UUID, *, since: datetime, most: int) -> Iterator[Dealt]:
    """Give what was received since an instant, batch by batch as it was dealt with.

    Only some pages are in memory. `most` bounds the rows.
    """
    taken = _in_order(_read_rows(session, tenant_id, since=since, most=most))
    began = past_begins(session, tenant_id, since=since)
    before = line_before(session, tenant_id, began)
    first = first_row_since(session, tenant_id, began) or 0
    ahead = Ahead(read_lines(session, tenant_id, after=before), before, first=first)
    for at, rows in _batches(taken):
        numbers = {one.seq for one in rows}
        wrote = ahead.take(numbers, at)
        yield Dealt(
            rows=[one.row for one in rows],
            held=frozenset(one.seq for one in rows if one.held),
            lines=wrote.lines,
            deeds=wrote.deeds,
            quieted=wrote.quieted,
            upto=ahead.upto,
        )


def read_taken_at_once(session: Session, tenant_id: UUID, *, since: datetime) -> set[int]:
    """Name the rows that a request applied itself: rules judge them by the notice it left."""
    notices = session.scalars(
        select(JournalEntry.event).where(
            JournalEntry.tenant_id == tenant_id,
            JournalEntry.received_at >= since,
            JournalEntry.kind == APPLIED,
        )
    )
    return {notice["seq"] for notice in notices}


def _read_rows(
    session: Session, tenant_id: UUID, *, since: datetime, most: int
) -> Iterator[_Taken]:
    after, left = 0, most
    while left > 0:
        page = session.execute(
            select(
                JournalEntry.seq,
                JournalEntry.source_id,
                JournalEntry.received_at,
                JournalEntry.kind,
                JournalEntry.event,
                JournalEntry.done_at,
                JournalEntry.held,
            )
            .where(
                JournalEntry.tenant_id == tenant_id,
                JournalEntry.done_at.is_not(None),
                JournalEntry.received_at >= since,
                JournalEntry.seq > after,
            )
            .order_by(JournalEntry.seq)
            .limit(min(PAGE, left))
        ).all()
        for row in page:
            yield _taken(row, tenant_id)
        if len(page) < PAGE:
            return
        after, left = page[-1].seq, left - len(page)


def _taken(row: Any, tenant_id: UUID) -> _Taken:
    said = {name: value for name, value in row.event.items() if name != trace.HEADER}
    journal_row = JournalRow(
        seq=row.seq,
        tenant_id=tenant_id,
        source_id=row.source_id,
        received_at=row.received_at,
        kind=row.kind,
        event=said,
    )
    return _Taken(row.done_at, row.seq, bool(row.held), journal_row)


def _in_order(rows: Iterable[_Taken]) -> Iterator[_Taken]:
    """Put rows into the order in which they were dealt with; mostly they are."""
    source = iter(rows)
    heap = list(islice(source, REORDERED))
    heapq.heapify(heap)
    for row in source:
        yield heapq.heappushpop(heap, row)
    while heap:
        yield heapq.heappop(heap)


def _batches(rows: Iterable[_Taken]) -> Iterator[tuple[datetime, list[_Taken]]]:
    for at, alike in groupby(rows, key=lambda one: one.at):
        while batch := list(islice(alike, BATCH_MAX)):
            yield at, batch
