"""Finding alarms by TMF642's filters: by SQL as far as columns go, the rest by the documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError, Problem
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.tmf642._columns import ORDERS, Clause, clause_of
from runtime.alarms.tmf642.dialect import Dialect
from runtime.alarms.tmf642.filters import Condition, fits, paths_of
from runtime.alarms.tmf642.linking import links_of
from runtime.alarms.tmf642.mapping import document_of

LOOKED_AT_MAX = 10_000
NEWEST: Sequence[str] = ()
"""The order where none is asked for: what was raised last first, as an index has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Which part of a list is asked for, in which order."""

    sort: Sequence[str] = NEWEST
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list, and how long the whole is."""

    items: list[dict[str, Any]]
    total: int


def list_alarms(
    session: Session,
    tenant_id: UUID,
    wanted: Sequence[Condition],
    *,
    dialect: Dialect,
    cut: Cut,
) -> Page:
    """List a tenant's alarms as documents.

    Raises:
        InvalidError: too many alarms would have to be looked at one by one, or the order is none.
    """
    query, rest = _asked(session, tenant_id, wanted, dialect)
    order = list(_order(cut.sort)) or [AlarmRow.last_raised_at.desc()]
    ordered = query.order_by(*order, AlarmRow.id.desc())
    if rest:
        found = _looked_at(session, tenant_id, ordered, rest, dialect=dialect)
        return Page(items=found[cut.offset : cut.offset + cut.limit], total=len(found))
    total = session.scalar(query.with_only_columns(func.count())) or 0
    views = [view_of(row) for row in session.scalars(ordered.offset(cut.offset).limit(cut.limit))]
    return Page(items=documents_of(session, tenant_id, views, dialect), total=total)


def find_matching(
    session: Session,
    tenant_id: UUID,
    wanted: Sequence[Condition],
    *,
    dialect: Dialect,
    most: int,
) -> list[UUID]:
    """Give the ids of the alarms that fit, at most so many, in the order of their ids.

    Raises:
        InvalidError: too many alarms would have to be looked at one by one.
    """
    query, rest = _asked(session, tenant_id, wanted, dialect)
    ordered = query.order_by(AlarmRow.id)
    if rest:
        found = _looked_at(session, tenant_id, ordered, rest, dialect=dialect)
        return [UUID(one["id"]) for one in found[:most]]
    return list(session.scalars(ordered.with_only_columns(AlarmRow.id).limit(most)))


def get_document(
    session: Session, tenant_id: UUID, alarm_id: UUID, dialect: Dialect
) -> dict[str, Any]:
    """Give one alarm as a document; raises NotFoundError."""
    row = session.scalar(
        select(AlarmRow).where(AlarmRow.id == alarm_id, AlarmRow.tenant_id == tenant_id)
    )
    if row is None:
        raise NotFoundError("no such alarm", id=str(alarm_id))
    return documents_of(session, tenant_id, [view_of(row)], dialect)[0]


def documents_of(
    session: Session, tenant_id: UUID, alarms: Sequence[AlarmView], dialect: Dialect
) -> list[dict[str, Any]]:
    """Write alarms as documents, in their order."""
    links = links_of(session, tenant_id, [one.id for one in alarms])
    return [document_of(one, links[one.id], dialect) for one in alarms]


def _asked(
    session: Session, tenant_id: UUID, wanted: Iterable[Condition], dialect: Dialect
) -> tuple[Select[AlarmRow], list[Condition]]:
    """Give the query with all that SQL answers, and the conditions that it does not."""
    known, name = paths_of(dialect), session.get_bind().dialect.name
    clauses: list[Clause] = []
    rest: list[Condition] = []
    for one in wanted:
        clause = clause_of(one, known[one.path], dialect_name=name)
        if clause is None:
            rest.append(one)
        else:
            clauses.append(clause)
    return select(AlarmRow).where(AlarmRow.tenant_id == tenant_id, *clauses), rest


def _looked_at(
    session: Session,
    tenant_id: UUID,
    query: Select[AlarmRow],
    rest: Sequence[Condition],
    *,
    dialect: Dialect,
) -> list[dict[str, Any]]:
    rows = session.scalars(query.limit(LOOKED_AT_MAX + 1)).all()
    if len(rows) > LOOKED_AT_MAX:
        names = ", ".join(one.path for one in rest)
        message = (
            f"{names}: over {LOOKED_AT_MAX:,} alarms would have to be looked at one by one; add a "
            "filter by severity, state, time, object or source"
        )
        raise InvalidError(message, problems=[Problem(f"/{rest[0].path}", message)])
    known = paths_of(dialect)
    found = documents_of(session, tenant_id, [view_of(row) for row in rows], dialect)
    return [one for one in found if fits(one, rest, known)]


def _order(sort: Sequence[str]) -> Iterable[Any]:
    for one in sort:
        column = ORDERS.get(one.lstrip("+-"))
        if column is None:
            message = f"sort: one of {', '.join(ORDERS)}, with - before it for the reverse"
            raise InvalidError(message, problems=[Problem("/sort", message)])
        yield column.desc() if one.startswith("-") else column.asc()
