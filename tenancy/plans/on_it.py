"""Who is on a plan: listed by name, for the provider whose plan it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from tenancy._tables import Organisation
from tenancy.organisations import OrganisationView, ancestors_of, below, view_of
from tenancy.plans._tables import Plan, PlanUse
from tenancy.plans.store import get_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class OnIt:
    """An organisation that is on a plan; `until` is set while it is on trial there."""

    organisation: OrganisationView
    since: datetime
    until: datetime | None


def list_on_plan(
    session: Session,
    owner_id: UUID,
    plan_id: UUID,
    *,
    limit: int,
    after: Sequence[str] | None = None,
) -> list[OnIt]:
    """List who is on a plan by name; raises NotFoundError where it is no plan of the owner's.

    `after` is the name and id of the last one before.
    """
    get_plan(session, owner_id, plan_id)
    name = func.lower(Organisation.name)
    query = (
        select(Organisation, PlanUse.since, PlanUse.until)
        .join(PlanUse, PlanUse.organisation_id == Organisation.id)
        .where(PlanUse.plan_id == plan_id)
        .order_by(name, Organisation.id)
        .limit(limit)
    )
    if after is not None:
        last, last_id = read_place(after, str, UUID)
        query = query.where(or_(name > last, and_(name == last, Organisation.id > last_id)))
    return [
        OnIt(organisation=view_of(row), since=since, until=until)
        for row, since, until in session.execute(query)
    ]


def count_others(session: Session, owner_id: UUID) -> int:
    """Count the other organisations that are on plans of an owner, or come to one after a trial."""
    wanted = (
        select(func.count(PlanUse.organisation_id.distinct()))
        .join(Plan, or_(PlanUse.plan_id == Plan.id, PlanUse.then_id == Plan.id))
        .where(Plan.owner_id == owner_id, PlanUse.organisation_id != owner_id)
    )
    return session.scalar(wanted) or 0


def list_leaving(
    session: Session, organisation_id: UUID, parent_id: UUID
) -> list[tuple[OrganisationView, str]]:
    """List who of an organisation, and of those below it, a move would part from a plan's owner.

    Each with the plan's name, or that of the plan it comes to after a trial. An owner goes on to
    look after them where it stands above the new parent, is it, or is moved along.
    """
    moved = or_(
        Organisation.id == organisation_id, Organisation.id.in_(select(below(organisation_id).c.id))
    )
    keepers = [parent_id, *(one.id for one in ancestors_of(session, parent_id))]
    along = select(Organisation.id).where(moved)
    rows = session.execute(
        select(Organisation, Plan.name)
        .join(PlanUse, PlanUse.organisation_id == Organisation.id)
        .join(Plan, or_(PlanUse.plan_id == Plan.id, PlanUse.then_id == Plan.id))
        .where(moved, Plan.owner_id.not_in(keepers), Plan.owner_id.not_in(along))
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [(view_of(row), name) for row, name in rows]


def place_of(one: OnIt) -> tuple[str, str]:
    """Say where a page that ends with it ended."""
    return one.organisation.name.lower(), str(one.organisation.id)
