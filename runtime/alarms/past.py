"""What came and what was done, as it was: the journal's batches, and the deeds between them.

The journal says in which batch an event was dealt with (its rows have one `done_at`) and whether it
was held back. The history says what each event did, in the order of what was written: a line of an
event names its place in the journal, every other line is a deed of a person, a rule or the clock.
So the deeds that a batch saw are those that stand before its own lines.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel import trace
from runtime.alarms._tables import AlarmHistory, AlarmRow, JournalEntry
from runtime.alarms.journal import APPLIED, JournalRow

PAGE = 1_000
BATCH_MAX = 500  # rows of one instant are of one batch, but never more than a batch takes
REORDERED = 2_000  # so far apart may rows lie that were dealt with in another order than they came
LOOKED_AHEAD = 2_000
BETWEEN_MAX = 64
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an alarm's history; `event` is the journal's row that it is about, if any."""

    seq: int
    alarm_id: UUID
    condition_id: UUID
    at: datetime
    kind: str
    by: str
    facts: Mapping[str, Any]

    @property
    def event(self) -> int | None:
        """Give the place of the event that it tells of; None for a deed."""
        return self.facts.get("seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """One batch as it was dealt with.

    Attributes:
        rows: Its rows, ascending.
        held: Those that rules did not judge, since their alarm was held back.
        lines: What its events did, by row; a repeat has no line.
        deeds: What was done to alarms before it, and after the batch before.
        upto: The last line of the history before its own.
        is_kept: Whether there is a history of it at all; events from a file have none.
    """

    rows: Sequence[JournalRow]
    held: frozenset[int] = frozenset()
    lines: Mapping[int, Line] = field(default_factory=dict)
    deeds: Sequence[Line] = ()
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
    before = _line_before(session, tenant_id, began)
    ahead = _Ahead(_read_lines(session, tenant_id, after=before), before)
    for at, rows in _batches(taken):
        numbers = {one.seq for one in rows}
        deeds, lines = ahead.take(numbers, at)
        yield Dealt(
            rows=[one.row for one in rows],
            held=frozenset(one.seq for one in rows if one.held),
            lines=lines,
            deeds=deeds,
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


def read_lines_of(session: Session, alarm_ids: Collection[UUID], *, before: int) -> list[Line]:
    """Give the history of some alarms up to a line, in order; the ids are the tenant's own."""
    return [
        _line(row)
        for row in session.execute(
            _lines()
            .where(AlarmHistory.alarm_id.in_(alarm_ids), AlarmHistory.seq < before)
            .order_by(AlarmHistory.seq)
        )
    ]


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


def _lines() -> Any:
    return select(
        AlarmHistory.seq,
        AlarmHistory.alarm_id,
        AlarmHistory.at,
        AlarmHistory.kind,
        AlarmHistory.by,
        AlarmHistory.facts,
        AlarmRow.condition_id,
    ).join(AlarmRow, AlarmRow.id == AlarmHistory.alarm_id)


def _line(row: Any) -> Line:
    return Line(**row._mapping)  # noqa: SLF001  SQLAlchemy's name for it


def _read_lines(session: Session, tenant_id: UUID, *, after: int) -> Iterator[Line]:
    while True:
        page = session.execute(
            _lines()
            .where(AlarmHistory.tenant_id == tenant_id, AlarmHistory.seq > after)
            .order_by(AlarmHistory.seq)
            .limit(PAGE)
        ).all()
        yield from map(_line, page)
        if len(page) < PAGE:
            return
        after = page[-1].seq


def _line_before(session: Session, tenant_id: UUID, since: datetime) -> int:
    """Give a line that surely was written before an instant: the first of the alarm before it."""
    latest = session.scalar(
        select(AlarmRow.id)
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.first_reported_at < since)
        .order_by(AlarmRow.id.desc())
        .limit(1)
    )
    if latest is None:
        return 0
    first = select(func.min(AlarmHistory.seq)).where(AlarmHistory.alarm_id == latest)
    return session.scalar(first) or 0


class _Ahead:
    """Lines of the history that are still ahead, parted into events' own and deeds."""

    def __init__(self, lines: Iterator[Line], before: int) -> None:
        self.upto = before
        self._source = lines
        self._lines: deque[Line] = deque()
        self._dealt: dict[int, None] = {}
        self._horizon = 0

    def take(self, numbers: set[int], at: datetime) -> tuple[list[Line], dict[int, Line]]:
        """Take the deeds that a batch saw, and the lines of its own events."""
        self._horizon = self._horizon or min(numbers)
        place = self._place(numbers)
        deeds = list(self._until_instant(at) if place is None else self._until(place))
        mine = self._own(numbers) if place is not None else {}
        self._note(numbers)
        return deeds, mine

    def _note(self, numbers: set[int]) -> None:
        """Note what is dealt with: a line of it that comes later says nothing new."""
        self._dealt |= dict.fromkeys(numbers)
        for _ in range(len(self._dealt) - REMEMBERED):
            del self._dealt[next(iter(self._dealt))]
        self._horizon = max(self._horizon, max(numbers) - REMEMBERED)

    def _is_over(self, event: int) -> bool:
        """Tell whether an event was dealt with before, or before all that is read."""
        return event < self._horizon or event in self._dealt

    def _own(self, numbers: set[int]) -> dict[int, Line]:
        """Take the batch's own lines; deeds of others may have been written between them."""
        found, passed = dict[int, Line](), list[Line]()
        while self._lines and len(passed) < BETWEEN_MAX:
            line = self._lines.popleft()
            if line.event in numbers:
                found[line.event] = line
            else:
                passed.append(line)
                if line.event is not None:
                    break
            self._fill(1)
        self._lines.extendleft(reversed(passed))
        return found

    def _place(self, numbers: set[int]) -> int | None:
        """Find where the batch's own lines begin; None where it left none."""
        self._fill(LOOKED_AHEAD)
        for index, line in enumerate(self._lines):
            if line.event in numbers:
                return index
            if line.event is not None and not self._is_over(line.event):
                return None
        return None

    def _until(self, place: int) -> Iterator[Line]:
        for _ in range(place):
            line = self._lines.popleft()
            self.upto = line.seq
            if line.event is None:
                yield line

    def _until_instant(self, at: datetime) -> Iterator[Line]:
        """Take deeds before the instant at which a batch without lines was dealt with.

        What its own rules did has that very instant, and comes after it.
        """
        while self._lines:
            line = self._lines[0]
            is_past = line.at < at if line.event is None else self._is_over(line.event)
            if not is_past:
                return
            self._lines.popleft()
            self.upto = line.seq
            if line.event is None:
                yield line
            self._fill(1)

    def _fill(self, least: int) -> None:
        while len(self._lines) < least:
            line = next(self._source, None)
            if line is None:
                return
            self._lines.append(line)
