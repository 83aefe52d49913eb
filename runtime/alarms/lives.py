"""How alarms went: for each alarm its severities over time, and when planned work explained it.

For whoever reckons with the past, such as the availability of services. The history is followed by
the number of its lines. On PostgreSQL numbers are given before the commit, so a line may show up
after later ones: who follows looks at the numbers that are missing, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, or_, select, true
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory, AlarmRow
from runtime.alarms.model import Severity

T = TypeVar("T")
_AT_ONCE = 500
_RAISES = ("created", "reopened")
_KINDS = (*_RAISES, "changed", "cleared", "set", "suppressed", "unsuppressed")


class Line(NamedTuple):
    """One line of the history: whose, of which alarm, and for when it holds."""

    seq: int
    tenant_id: UUID
    alarm_id: UUID
    at: datetime


class Stage(NamedTuple):
    """From an instant on: how severe, and whether planned work explains it."""

    at: datetime
    severity: Severity
    is_planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One alarm over time; `ended_at` is None while it stands."""

    alarm_id: UUID
    managed_object: str
    affected_services: tuple[str, ...]
    service_affecting: bool | None
    event_type: str
    probable_cause: str
    specific_problem: str
    raised_at: datetime
    ended_at: datetime | None
    stages: tuple[Stage, ...]


class Told(NamedTuple):
    """What one line of an alarm's history says, in the order of lines."""

    kind: str
    at: datetime
    facts: dict[str, Any]


def latest_line(session: Session) -> int:
    """Give the number of the newest line, 0 before the first; call it in system scope."""
    return session.scalar(select(func.max(AlarmHistory.seq))) or 0


def lines_after(session: Session, seq: int, *, limit: int) -> list[Line]:
    """List lines of all tenants after a number, in order; call it in system scope."""
    return _lines(session, AlarmHistory.seq > seq, limit=limit)


def lines_at(session: Session, seqs: Collection[int]) -> list[Line]:
    """List the lines of these numbers that are there by now; call it in system scope."""
    found: list[Line] = []
    for bite in _bites(sorted(seqs)):
        found += _lines(session, AlarmHistory.seq.in_(bite), limit=len(bite))
    return found


def ids_on(
    session: Session, tenant_id: UUID, objects: Collection[str], *, since: datetime
) -> dict[UUID, datetime | None]:
    """Give the alarms on these objects that stood at an instant or later, and their ends."""
    found: dict[UUID, datetime | None] = {}
    for bite in _bites(sorted(objects)):
        found |= _ends(session, tenant_id, since, AlarmRow.managed_object.in_(bite))
    return found


def ids_naming(
    session: Session, tenant_id: UUID, service: str, *, since: datetime
) -> dict[UUID, datetime | None]:
    """Give the alarms that name a service and stood at an instant or later; reads each of those."""
    part = cast(AlarmRow.affected_services, String).contains(_quoted(service), autoescape=True)
    near = _ends(session, tenant_id, since, part)
    lives = lives_of(session, tenant_id, near)
    return {one.alarm_id: one.ended_at for one in lives if service in one.affected_services}


def lives_of(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> list[Life]:
    """Give these alarms over time, by id."""
    found: list[Life] = []
    for bite in _bites(sorted(alarm_ids)):
        rows = session.execute(
            select(*_COLUMNS)
            .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(bite))
            .order_by(AlarmRow.id)
        ).all()
        told = _told(session, tenant_id, bite)
        found += [_life(row, told.get(row.id, [])) for row in rows]
    return found


def stages_of(
    raised_at: datetime, severity: Severity, told: Iterable[Told], *, ended_at: datetime | None
) -> tuple[Stage, ...]:
    """Put an alarm's severities and its planned outages in order. Pure.

    What a line says holds from its instant on, over what earlier lines said of that time. Planned
    work explains an alarm from the raise that it held back.

    Args:
        raised_at: When it was first raised, as the latest event says it.
        severity: How severe it was then.
        told: Its history, in the order of lines.
        ended_at: When it was cleared; None while it stands.
    """
    severities: list[tuple[datetime, Severity]] = [(raised_at, severity)]
    planned: list[tuple[datetime, bool]] = [(raised_at, False)]
    last_raise = raised_at
    for one in told:
        if one.kind in _RAISES:
            last_raise = one.at
        if one.kind == "suppressed" and one.facts.get("planned"):
            _lay(planned, last_raise, True)
        elif one.kind == "unsuppressed":
            _lay(planned, one.at, False)
        elif (said := _severity_in(one)) is not None:
            _lay(severities, one.at, said)
    if ended_at is not None:
        _lay(severities, ended_at, Severity.CLEARED)
    instants = sorted({at for at, _ in (*severities, *planned)})
    stages = [Stage(at, _at(severities, at), _at(planned, at)) for at in instants]
    return tuple(
        one for index, one in enumerate(stages) if not index or one[1:] != stages[index - 1][1:]
    )


def _severity_in(told: Told) -> Severity | None:
    if told.kind == "set":
        said = told.facts.get("fields", {}).get("perceived_severity")
    else:
        said = told.facts.get("severity")
    return Severity(said) if isinstance(said, str) and said in list(Severity) else None


def _lay(marks: list[tuple[datetime, T]], at: datetime, value: T) -> None:
    """Let a value hold from an instant on; one that is older than all holds from the first on."""
    first = marks[0][0]
    while marks and marks[-1][0] >= at:
        marks.pop()
    marks.append((at if marks else min(at, first), value))


def _at(marks: Sequence[tuple[datetime, T]], at: datetime) -> T:
    return next((value for since, value in reversed(marks) if since <= at), marks[0][1])


_COLUMNS = (
    AlarmRow.id,
    AlarmRow.managed_object,
    AlarmRow.affected_services,
    AlarmRow.service_affecting,
    AlarmRow.event_type,
    AlarmRow.probable_cause,
    AlarmRow.specific_problem,
    AlarmRow.first_raised_at,
    AlarmRow.original_severity,
    AlarmRow.cleared_at,
)


def _life(row: Any, told: Sequence[Told]) -> Life:
    return Life(
        alarm_id=row.id,
        managed_object=row.managed_object,
        affected_services=tuple(row.affected_services),
        service_affecting=row.service_affecting,
        event_type=row.event_type,
        probable_cause=row.probable_cause,
        specific_problem=row.specific_problem,
        raised_at=row.first_raised_at,
        ended_at=row.cleared_at,
        stages=stages_of(row.first_raised_at, row.original_severity, told, ended_at=row.cleared_at),
    )


def _told(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> dict[UUID, list[Told]]:
    rows = session.execute(
        select(AlarmHistory.alarm_id, AlarmHistory.kind, AlarmHistory.at, AlarmHistory.facts)
        .where(
            AlarmHistory.tenant_id == tenant_id,
            AlarmHistory.alarm_id.in_(alarm_ids),
            AlarmHistory.kind.in_(_KINDS),
        )
        .order_by(AlarmHistory.alarm_id, AlarmHistory.seq)
    )
    return {
        key: [Told(row.kind, row.at, row.facts) for row in mine]
        for key, mine in groupby(rows, key=lambda row: row.alarm_id)
    }


def _lines(session: Session, which: ColumnElement[bool], *, limit: int) -> list[Line]:
    rows = session.execute(
        select(AlarmHistory.seq, AlarmHistory.tenant_id, AlarmHistory.alarm_id, AlarmHistory.at)
        .where(which)
        .order_by(AlarmHistory.seq)
        .limit(limit)
    )
    return [Line(*row) for row in rows]


def _ends(
    session: Session, tenant_id: UUID, since: datetime, which: ColumnElement[bool]
) -> dict[UUID, datetime | None]:
    rows = session.execute(
        select(AlarmRow.id, AlarmRow.cleared_at).where(
            AlarmRow.tenant_id == tenant_id,
            which,
            or_(AlarmRow.is_active == true(), AlarmRow.cleared_at >= since),
        )
    )
    return {row.id: row.cleared_at for row in rows}


def _quoted(text: str) -> str:
    """Give what the text of a JSON list surely has of a key: its part without escapes."""
    plain = (part for part in _pieces(text) if part)
    return max(plain, key=len, default="")


def _pieces(text: str) -> Iterator[str]:
    for plain, letters in groupby(text, key=lambda one: one.isascii() and one.isalnum()):
        if plain:
            yield "".join(letters)


def _bites(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    return (wanted[begin : begin + _AT_ONCE] for begin in range(0, len(wanted), _AT_ONCE))
