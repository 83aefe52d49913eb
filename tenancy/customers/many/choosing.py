"""Which customers a change is about, and what it would do to each before anything is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from tenancy._tables import Organisation
from tenancy.customers.charge import NOT_THERE, in_charge, require_keeper
from tenancy.life_cycle.states import State, may_follow
from tenancy.organisations import OrganisationView, view_of
from tenancy.plans._tables import PlanUse

MANY_MAX = 5_000
STATE, PLAN = "state", "plan"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a change would do to one customer; `why_not` is empty where it can be done."""

    organisation: OrganisationView
    why_not: str = ""


def customers_of(
    session: Session, who: Acting, organisation_ids: Iterable[UUID], *, those_there: bool = False
) -> list[OrganisationView]:
    """Give customers by their ids, by name.

    Raises:
        NotFoundError: who acts does not look after one of them; with `those_there` these are
            left out.
    """
    require_keeper(who)
    wanted = list(dict.fromkeys(organisation_ids))
    rows: list[Organisation] = []
    for at in range(0, len(wanted), _AT_ONCE):
        some = Organisation.id.in_(wanted[at : at + _AT_ONCE])
        rows += session.scalars(select(Organisation).where(some, in_charge(who)))
    if len(rows) < len(wanted) and not those_there:
        raise NotFoundError(NOT_THERE)
    return [view_of(row) for row in sorted(rows, key=lambda row: (row.name.lower(), row.id))]


def plans_of(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Give the plans that organisations are on, by their ids."""
    wanted = list(organisation_ids)
    found: dict[UUID, UUID] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        some = PlanUse.organisation_id.in_(wanted[at : at + _AT_ONCE])
        rows = session.execute(select(PlanUse.organisation_id, PlanUse.plan_id).where(some))
        found |= {row.organisation_id: row.plan_id for row in rows}
    return found


def look_ahead(customers: Iterable[OrganisationView], to: State) -> list[Outlook]:
    """Say of each customer whether it can come to a state."""
    return [
        Outlook(
            organisation=one,
            why_not="" if may_follow(State(one.state), to) else f"it is {one.state}",
        )
        for one in customers
    ]


def look_ahead_of_plan(
    session: Session, customers: Collection[OrganisationView], plan_id: UUID | None
) -> list[Outlook]:
    """Say of each customer whether it can be put on a plan, or with None on no plan."""
    on = plans_of(session, [one.id for one in customers])
    there = "it is on this plan already" if plan_id is not None else "it is on no plan already"
    return [
        Outlook(organisation=one, why_not=there if on.get(one.id) == plan_id else "")
        for one in customers
    ]
