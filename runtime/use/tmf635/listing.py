"""Finding usages: by TMF630's filters, a part of the list, one by its id, a whole month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.errors import InvalidError, NotFoundError, Problem
from runtime.alarms.tmf642.filters import COMPARE, Condition, Operator, read_conditions
from runtime.alarms.tmf642.mapping import read_key
from runtime.use._tables import UsageDay
from runtime.use.reading import DAY
from runtime.use.tmf635.documents import GUIDED, RECEIVED, Used, read_id
from runtime.use.whose import whose_use
from tenancy._tables import Organisation
from tenancy.scope import system

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?![T \d])")
PATHS: Mapping[str, Any] = {
    "id": {"type": "string"},
    "usageDate": {"type": "string", "format": "date-time"},
    "usageType": {"type": "string"},
    "status": {"type": "string"},
    "usageSpecification.id": {"type": "string"},
    "relatedParty.id": {"type": "string"},
}
"""What can be filtered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a list, and how long the whole is."""

    items: list[Used]
    total: int


def read_filters(pairs: Iterable[tuple[str, str]]) -> list[Condition]:
    """Read a query's filters; a day such as 2026-11-01 stands for its first instant, UTC.

    Raises:
        InvalidError: naming the attribute or the value that will not do.
    """
    wanted = read_conditions([_instants(*one) for one in pairs], PATHS)
    for one in wanted:
        if one.path != "usageDate" and one.operator not in (Operator.EQ, Operator.NE):
            message = f"{one.path} is compared by .eq or .ne; only usageDate by more or less"
            raise InvalidError(message, problems=[Problem(f"/{one.path}", message)])
    return wanted


def list_usage(
    session: Session,
    who: Acting,
    wanted: Sequence[Condition],
    *,
    part: tuple[int, int],
    today: date,
) -> Part:
    """List usages by day, party and metric; `part` is the offset and how many at most."""
    query = _asked(who).where(*(_clause(one, today=today) for one in wanted))
    offset, limit = part
    with system(session):
        counted = query.with_only_columns(UsageDay.day, UsageDay.metric).subquery()
        total = session.scalar(select(func.count()).select_from(counted)) or 0
        found = list(_read(session, query.offset(offset).limit(limit))) if limit else []
    return Part(items=found, total=total)


def get_usage(session: Session, who: Acting, key: str) -> Used:
    """Give one usage; raises NotFoundError where there is none, or it is not to be seen."""
    named = read_id(key)
    if named is not None:
        query = _asked(who).where(_is(*named))
        with system(session):
            for one in _read(session, query):
                return one
    raise NotFoundError("no such usage", id=key[:80])


def usages_between(
    session: Session, who: Acting, *, since: date, until: date, own: bool = True
) -> list[Used]:
    """List all usages of some days, both included; `own` takes those of who acts among them."""
    query = _asked(who, own=own).where(UsageDay.day >= since, UsageDay.day <= until)
    with system(session):
        return list(_read(session, query))


def _asked(who: Acting, *, own: bool = True) -> Select[date, str, int, UUID, str]:
    whose = whose_use(who, own=own, others=who.may("customers.view"))
    return (
        select(
            UsageDay.day,
            UsageDay.metric,
            func.sum(UsageDay.number).label("number"),
            Organisation.id,
            Organisation.name,
        )
        .join(whose, whose.c.tenant_id == UsageDay.tenant_id)
        .join(Organisation, Organisation.id == whose.c.party_id)
        .group_by(UsageDay.day, UsageDay.metric, Organisation.id, Organisation.name)
    )


def _read(session: Session, query: Select[date, str, int, UUID, str]) -> Iterator[Used]:
    for row in session.execute(query.order_by(UsageDay.day, Organisation.id, UsageDay.metric)):
        yield Used(
            day=row.day,
            metric=row.metric,
            number=int(row.number),
            party_id=row.id,
            party_name=row.name,
        )


def _instants(name: str, value: str) -> tuple[str, str]:
    """Let a bare day stand for its first instant; `a<b` comes as a name without a value."""
    if not name.startswith("usageDate"):
        return name, value
    return _DAY.sub(r"\g<0>T00:00:00Z", name), _DAY.sub(r"\g<0>T00:00:00Z", value)


def _clause(one: Condition, *, today: date) -> ColumnElement[bool]:
    made = [_compared(one.path, one.operator, value, today=today) for value in one.values]
    return and_(*made) if one.operator is Operator.NE else or_(*made)


def _compared(path: str, by: Operator, value: str, *, today: date) -> ColumnElement[bool]:
    if path == "usageDate":
        return _by_day(by, parse_instant(value.replace(" ", "+")))
    met = _met(path, value, today=today)
    return ~met if by is Operator.NE else met


def _met(path: str, value: str, *, today: date) -> ColumnElement[bool]:
    if path == "id":
        named = read_id(value)
        return _is(*named) if named is not None else false()
    if path == "status":
        first_open = today - DAY
        known = {RECEIVED: UsageDay.day >= first_open, GUIDED: UsageDay.day < first_open}
        return known.get(value, false())
    if path == "relatedParty.id":
        party_id = read_key(value)
        return Organisation.id == party_id if party_id is not None else false()
    return UsageDay.metric == value


def _is(day: date, metric: str, party_id: UUID) -> ColumnElement[bool]:
    return and_(UsageDay.day == day, UsageDay.metric == metric, Organisation.id == party_id)


def _by_day(by: Operator, at: datetime) -> ColumnElement[bool]:
    """Compare the first instant of a day with another instant."""
    day = at.date()
    if at == datetime.combine(day, datetime.min.time(), at.tzinfo):
        return COMPARE[by](UsageDay.day, day)  # type: ignore[no-any-return]
    later = {Operator.GT: Operator.GT, Operator.GTE: Operator.GT}
    sooner = {Operator.LT: Operator.LTE, Operator.LTE: Operator.LTE}
    if by in (Operator.EQ, Operator.NE):
        return false() if by is Operator.EQ else true()
    return COMPARE[(later | sooner)[by]](UsageDay.day, day)  # type: ignore[no-any-return]
