"""A page of customers in any order, with what tenancy knows of them: people, and who was seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.acting import Acting
from tenancy._tables import Membership, Organisation, Person
from tenancy.customers.charge import CustomerFilter, matching, require_keeper
from tenancy.organisations import OrganisationView, view_of

BY_NAME: tuple[Any, ...] = (func.lower(Organisation.name), Organisation.id)
BY_STATE: tuple[Any, ...] = (Organisation.state,)
BY_AGE: tuple[Any, ...] = (Organisation.created_at.desc().nulls_last(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The people of one organisation: how many, and when one of them signed in last."""

    number: int = 0
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a list is put in order, by name at last, and which of its rows are left out."""

    by: Sequence[ColumnElement[Any]] = ()
    only: Sequence[ColumnElement[bool]] = ()
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page, and how many there are on all pages; `by_state` counts without the state's filter."""

    customers: list[OrganisationView]
    total: int
    by_state: dict[str, int] = field(default_factory=dict)


def organisation_id() -> InstrumentedAttribute[UUID]:
    """Give the column that a list's other facts stand beside."""
    return Organisation.id


def list_page(session: Session, who: Acting, wanted: CustomerFilter, order: Order) -> Found:
    """Give a page of the customers that are meant.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: there is no such state or kind.
    """
    require_keeper(who)
    meant = matching(who, wanted)
    rows = session.scalars(
        select(Organisation)
        .where(meant, *order.only)
        .order_by(*order.by, *BY_NAME)
        .limit(order.limit)
        .offset(order.offset)
    ).all()
    counted = select(func.count()).select_from(Organisation).where(meant, *order.only)
    of_any = CustomerFilter(q=wanted.q, kind=wanted.kind, under=wanted.under)
    states = session.execute(
        select(Organisation.state, func.count())
        .where(matching(who, of_any))
        .group_by(Organisation.state)
    )
    return Found(
        customers=[view_of(row) for row in rows],
        total=session.scalar(counted) or 0,
        by_state={state.value: number for state, number in states},
    )


def count_by(
    session: Session, who: Acting, wanted: CustomerFilter, what: ColumnElement[int]
) -> dict[int, int]:
    """Count the customers that are meant by something that stands beside each."""
    rows = select(what.label("what")).select_from(Organisation).where(matching(who, wanted))
    found = rows.subquery()
    counted = select(found.c.what, func.count().label("number")).group_by(found.c.what)
    return {row.what: row.number for row in session.execute(counted)}


def names_of(session: Session, organisation_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Give the names of some organisations by their ids."""
    wanted = [one for one in organisation_ids if one is not None]
    rows = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return {row.id: row.name for row in session.execute(rows)}


def last_seen_beside() -> ScalarSelect[datetime | None]:
    """Give when one of an organisation's people signed in last, to put a list in order by."""
    return (
        select(func.max(Person.last_sign_in_at))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == Organisation.id)
        .correlate(Organisation)
        .scalar_subquery()
    )


def crowds_of(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, Crowd]:
    """Count the people of some organisations."""
    rows = session.execute(
        select(Membership.organisation_id, func.count(), func.max(Person.last_sign_in_at))
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id.in_(organisation_ids))
        .group_by(Membership.organisation_id)
    )
    return {one: Crowd(number=number, last_seen_at=seen) for one, number, seen in rows}
