"""Reading alarms: the list with its filters, orders and pages, one alarm, its history, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    cast,
    false,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.clock import parse_instant
from kernel.cursors import read_number, read_place
from kernel.db import UtcDateTime
from kernel.tally import Tally
from runtime.alarms._tables import WORDS, AlarmHistory, AlarmRow
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity
from tenancy.rows import find_owned, get_owned


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFilter:
    """Which alarms to list; empty means all.

    Attributes:
        state: active (neither suppressed nor shelved), suppressed (and active), shelved, cleared,
            or "" for all.
        severities: Perceived severities to show.
        ack: acknowledged, unacknowledged or "".
        q: Words that are each part of the managed object, text, problem, cause or source.
        managed_object: The whole name; so are source, event_type, probable_cause and owner.
        since, until: Only alarms last raised at or after, and before.
        began_since, began_until: Only alarms first raised at or after, and at or before.
        attributes: Names of attributes and the values they must have.
        parent_id: Only the children of this alarm.
        grouping: top (not under another), causes (others are under it) or "".

    Words and attributes are looked for in the newest `SEARCHED_MAX` alarms before `until`, unless
    only those that stand are asked for.
    """

    state: str = "active"
    severities: frozenset[Severity] = frozenset()
    ack: str = ""
    q: str = ""
    managed_object: str = ""
    source: str = ""
    event_type: str = ""
    probable_cause: str = ""
    owner: str = ""
    since: datetime | None = None
    until: datetime | None = None
    began_since: datetime | None = None
    began_until: datetime | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    parent_id: UUID | None = None
    grouping: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to an alarm."""

    at: datetime
    kind: str
    by: str
    facts: Mapping[str, Any]


_Columns = tuple[InstrumentedAttribute[Any], ...]
NEWEST = "-last_raised_at"
COUNT_MAX = 10_000
SEARCHED_MAX = 50_000
_BEGINNING = bindparam(None, datetime(1970, 1, 1, tzinfo=UTC), UtcDateTime())
_RECENT: _Columns = (AlarmRow.last_raised_at, AlarmRow.id)
_SEVERE: _Columns = (AlarmRow.severity_rank, *_RECENT)
_ORDERS: Mapping[str, tuple[_Columns, bool]] = {
    NEWEST: (_RECENT, True),
    "last_raised_at": (_RECENT, False),
    "-severity": (_SEVERE, True),
    "severity": (_SEVERE, False),
    "managed_object": ((AlarmRow.managed_object, AlarmRow.id), False),
    "-managed_object": ((AlarmRow.managed_object, AlarmRow.id), True),
    "-count": ((AlarmRow.count, AlarmRow.id), True),
    "count": ((AlarmRow.count, AlarmRow.id), False),
}
SORTS = tuple(_ORDERS)
_STATES: Mapping[str, Sequence[ColumnElement[bool]]] = {
    "active": (
        AlarmRow.is_active == true(),
        AlarmRow.suppressed_at.is_(None),
        AlarmRow.shelved_until.is_(None),
    ),
    "suppressed": (AlarmRow.is_active == true(), AlarmRow.suppressed_at.is_not(None)),
    "shelved": (AlarmRow.shelved_until.is_not(None),),
    "cleared": (AlarmRow.is_active == false(),),
    "": (),
}
STATES = tuple(filter(None, _STATES))
WHOLE_NAMES = ("managed_object", "source", "event_type", "probable_cause", "owner")
_GROUPINGS: Mapping[str, Sequence[ColumnElement[bool]]] = {
    "top": (AlarmRow.parent_id.is_(None),),
    "causes": (AlarmRow.is_root_cause == true(),),
    "": (),
}
GROUPINGS = tuple(_GROUPINGS)
_READERS: Mapping[str, Callable[[str], Any]] = {
    "last_raised_at": parse_instant,
    "severity_rank": read_number,
    "count": read_number,
    "managed_object": str,
    "id": UUID,
}


def find_alarm(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, lock: bool = False
) -> AlarmView | None:
    """Give one alarm of the tenant, or None; locked until the transaction ends where asked."""
    row = find_owned(session, AlarmRow, tenant_id, alarm_id, lock=lock)
    return view_of(row) if row is not None else None


def get_alarm(session: Session, tenant_id: UUID, alarm_id: UUID) -> AlarmView:
    """Give one alarm of the tenant; raises NotFoundError."""
    return view_of(get_owned(session, AlarmRow, tenant_id, alarm_id, name="alarm"))


def find_alarms(
    session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]
) -> dict[UUID, AlarmView]:
    """Give those of these alarms that the tenant has, by id."""
    wanted = select(AlarmRow).where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(alarm_ids))
    return {row.id: view_of(row) for row in session.scalars(wanted)}


def list_alarms(
    session: Session,
    tenant_id: UUID,
    wanted: AlarmFilter,
    *,
    sort: str = NEWEST,
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[AlarmView]:
    """List alarms in an order of `SORTS`; `after` is where the page before ended (`place_of`).

    Raises:
        InvalidError: when `after` is no place in this order.
    """
    columns, is_falling = _ORDERS[sort]
    query = (
        select(AlarmRow)
        .where(*fitting(tenant_id, wanted))
        .order_by(*(column.desc() if is_falling else column.asc() for column in columns))
        .limit(limit)
    )
    if after is not None:
        types = [column.type for column in columns]
        values = read_place(after, *(_READERS[column.key] for column in columns))
        place, bound = tuple_(*columns), tuple_(*values, types=types)
        query = query.where(place < bound if is_falling else place > bound)
    return [view_of(row) for row in session.scalars(query)]


def place_of(alarm: AlarmView, sort: str = NEWEST) -> list[str]:
    """Give where a page that ends with this alarm ended, for `after`."""
    columns, _ = _ORDERS[sort]
    values = (
        alarm.perceived_severity.rank if name == "severity_rank" else getattr(alarm, name)
        for name in (column.key for column in columns)
    )
    return [one.isoformat() if isinstance(one, datetime) else str(one) for one in values]


def parts_of_place(sort: str) -> int:
    """Tell how many parts a place in this order has."""
    return len(_ORDERS[sort][0])


def has_alarms(session: Session, tenant_id: UUID) -> bool:
    """Tell whether the tenant ever had an alarm."""
    first = select(AlarmRow.id).where(AlarmRow.tenant_id == tenant_id).limit(1)
    return session.scalar(first) is not None


def count_active(session: Session, tenant_id: UUID) -> dict[Severity, Tally]:
    """Count the active alarms by perceived severity, to a limit; every severity is there."""
    standing = [one for one in reversed(Severity) if one is not Severity.CLEARED]
    counts = [
        at_most(
            *fitting(tenant_id, AlarmFilter()), AlarmRow.severity_rank == one.rank
        ).scalar_subquery()
        for one in standing
    ]
    found: Sequence[int] = session.execute(select(*counts)).one()
    return {
        one: Tally.of(number, most=COUNT_MAX) for one, number in zip(standing, found, strict=True)
    }


def at_most(*conditions: ColumnElement[bool], most: int = COUNT_MAX) -> Select[int]:
    """Count the alarms that meet the conditions, but no more than one over `most`."""
    rows = select(AlarmRow.id).where(*conditions)
    return select(func.count()).select_from(rows.limit(most + 1).subquery())


def count_fitting(session: Session, tenant_id: UUID, wanted: AlarmFilter) -> int:
    """Count the alarms that fit, but no more than one over `COUNT_MAX`."""
    return session.scalar(at_most(*fitting(tenant_id, wanted))) or 0


def raised_by_hour(
    session: Session, tenant_id: UUID, *, now: datetime, hours: int = 24
) -> list[tuple[datetime, int]]:
    """Count the alarms last raised in each of the last hours, oldest first, empty hours too."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    since = this_hour - timedelta(hours=hours - 1)
    instants = session.scalars(
        select(AlarmRow.last_raised_at).where(
            AlarmRow.tenant_id == tenant_id, AlarmRow.last_raised_at >= since
        )
    )
    counted = Counter(at.replace(minute=0, second=0, microsecond=0) for at in instants)
    starts = [since + timedelta(hours=number) for number in range(hours)]
    return [(start, counted[start]) for start in starts]


def history_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[HistoryEntry]:
    """Give what happened to an alarm, newest first."""
    rows = session.scalars(
        select(AlarmHistory)
        .where(AlarmHistory.alarm_id == alarm_id, AlarmHistory.tenant_id == tenant_id)
        .order_by(AlarmHistory.seq.desc())
        .limit(500)
    )
    return [HistoryEntry(at=row.at, kind=row.kind, by=row.by, facts=row.facts) for row in rows]


def values_of(session: Session, tenant_id: UUID, field: str, *, limit: int = 50) -> list[str]:
    """Suggest values that the tenant's alarms have in a field, most frequent first."""
    column = getattr(AlarmRow, field)
    rows = session.execute(
        select(column, func.count(AlarmRow.id))
        .where(AlarmRow.tenant_id == tenant_id, column != "")
        .group_by(column)
        .order_by(func.count(AlarmRow.id).desc(), column)
        .limit(limit)
    )
    return [str(row[0]) for row in rows]


def _conditions(wanted: AlarmFilter) -> Iterable[ColumnElement[bool]]:
    yield from _STATES[wanted.state]
    for name in WHOLE_NAMES:
        if getattr(wanted, name):
            yield getattr(AlarmRow, name) == getattr(wanted, name)
    if wanted.severities:
        yield AlarmRow.perceived_severity.in_(wanted.severities)
    if wanted.parent_id is not None:
        yield AlarmRow.parent_id == wanted.parent_id
    if wanted.ack:
        yield AlarmRow.ack_state == AckState(wanted.ack)
    if wanted.since is not None:
        yield AlarmRow.last_raised_at >= wanted.since
    if wanted.until is not None:
        yield AlarmRow.last_raised_at < wanted.until
    yield from _began(wanted)
    yield from _GROUPINGS[wanted.grouping]
    yield from _looked_for(wanted)


def _began(wanted: AlarmFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.began_since is not None:  # it was last raised no earlier, which an index finds
        yield AlarmRow.last_raised_at >= wanted.began_since
        yield AlarmRow.first_raised_at >= wanted.began_since
    if wanted.began_until is not None:
        yield AlarmRow.first_raised_at <= wanted.began_until


def _looked_for(wanted: AlarmFilter) -> Iterable[ColumnElement[bool]]:
    """Give what each alarm is asked, since no index finds it."""
    for name, value in wanted.attributes:
        yield cast(AlarmRow.attributes[name].as_string(), String) == value
    for word in wanted.q.split():
        part = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
        yield WORDS.like(func.lower(f"%{part}%"), escape="/")


def fitting(tenant_id: UUID, wanted: AlarmFilter) -> list[ColumnElement[bool]]:
    """Give every condition; among alarms that do not stand, only the newest are looked through."""
    found = [AlarmRow.tenant_id == tenant_id, *_conditions(wanted)]
    if wanted.state in ("", "cleared") and (wanted.q or wanted.attributes):
        ends = [] if wanted.until is None else [AlarmRow.last_raised_at < wanted.until]
        oldest = (
            select(AlarmRow.last_raised_at)
            .where(AlarmRow.tenant_id == tenant_id, *ends)
            .order_by(AlarmRow.last_raised_at.desc())
            .offset(SEARCHED_MAX)
            .limit(1)
            .scalar_subquery()
        )
        found.append(AlarmRow.last_raised_at >= func.coalesce(oldest, _BEGINNING))
    return found
