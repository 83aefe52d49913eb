"""Lines of alarms' histories, read in order, and parted into events' own and deeds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.alarms._actions.many import RELEASED_BY
from runtime.alarms._tables import AlarmHistory, AlarmRow
from runtime.alarms.deeds import Deed
from runtime.alarms.holding.holds import PREFIXES

BACKDATED = "backdated"
PAGE = 1_000
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

    @property
    def deed(self) -> Deed:
        """Give what was done."""
        return Deed(kind=self.kind, by=self.by, at=self.at, facts=self.facts)

    @property
    def is_quieting(self) -> bool:
        """Tell whether planned work or a storm took the alarm, or gave it back."""
        if self.kind == "suppressed":
            return self.by.startswith(PREFIXES)
        return self.kind == "unsuppressed" and self.by == RELEASED_BY


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


def read_lines(session: Session, tenant_id: UUID, *, after: int) -> Iterator[Line]:
    """Give a tenant's history behind a line, in order, page by page.

    What late repeats said of when alarms began is left out: no deeds, but a batch's own events.
    """
    while True:
        page = session.execute(
            _lines()
            .where(
                AlarmHistory.tenant_id == tenant_id,
                AlarmHistory.seq > after,
                AlarmHistory.kind != BACKDATED,
            )
            .order_by(AlarmHistory.seq)
            .limit(PAGE)
        ).all()
        yield from map(_line, page)
        if len(page) < PAGE:
            return
        after = page[-1].seq


def line_before(session: Session, tenant_id: UUID, since: datetime) -> int:
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


class Taken(NamedTuple):
    """What a batch saw, and what it wrote: deeds before it, its events' lines, what it quieted."""

    deeds: Sequence[Line]
    lines: Mapping[int, Line]
    quieted: Sequence[Line]


class Ahead:
    """Lines of the history that are still ahead, parted into events' own and deeds.

    Args of the constructor:
        lines: In order.
        before: The last line before them.
        first: The first of the rows that will be dealt with; lines of earlier ones are over.
    """

    def __init__(self, lines: Iterator[Line], before: int, *, first: int) -> None:
        self.upto = before
        self._source = lines
        self._lines: deque[Line] = deque()
        self._dealt: dict[int, None] = {}
        self._horizon = first

    def take(self, numbers: set[int], at: datetime) -> Taken:
        """Take what a batch that was dealt with at an instant saw, and wrote before its rules."""
        place = self._place(numbers)
        if place is None:
            taken = Taken(list(self._until_instant(at)), {}, [])
        else:
            taken = Taken(list(self._until(place)), self._own(numbers), self._quieted(at))
        self._note(numbers)
        return taken

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
        mine = self._pick(
            lambda line: line.event in numbers, is_end=lambda line: line.event is not None
        )
        return {line.event: line for line in mine if line.event is not None}

    def _quieted(self, at: datetime) -> list[Line]:
        """Take what was held back and let go with the batch; then come the deeds of its rules."""
        return self._pick(
            lambda line: line.event is None and line.at == at and line.is_quieting,
            is_end=lambda line: line.event is not None or line.at == at,
        )

    def _pick(
        self, is_mine: Callable[[Line], bool], *, is_end: Callable[[Line], bool]
    ) -> list[Line]:
        """Take lines from among the next ones, up to one of others that ends the search."""
        found, passed = list[Line](), list[Line]()
        while self._lines and len(passed) < BETWEEN_MAX:
            line = self._lines.popleft()
            if is_mine(line):
                found.append(line)
            else:
                passed.append(line)
                if is_end(line):
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
