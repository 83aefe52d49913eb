"""Whom an organisation may ask about and do something for, and under which name each is told.

A vendor reaches all below it and names its CSPs alone; what stands below a CSP is counted with it.
A CSP or reseller names its customers; what stands below one of them, an environment or a part of
it, is told with its own name where the provider looks after it, and with that of its owner else.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from tenancy._tables import Environment, Organisation
from tenancy.customers.charge import in_charge, require_keeper
from tenancy.life_cycle.states import State
from tenancy.organisations import ancestors_of, below
from tenancy.plans.assigning import live_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One organisation that is reached; `told_as` and `name` are of the one it is told with."""

    id: UUID
    told_as: UUID
    name: str


def reach_of(session: Session, who: Acting) -> dict[UUID, Reached]:
    """Give whom a provider reaches, itself among them, by id; nobody who is closed.

    Raises:
        NotFoundError: who acts looks after nobody.
    """
    require_keeper(who)
    above = _above(session, who.tenant_id)
    wanted = select(Organisation.id, Organisation.name).where(in_charge(who))
    names = {row.id: row.name for row in session.execute(wanted)}
    names[who.tenant_id] = who.tenant_name
    found = {}
    for one in (who.tenant_id, *above):
        told_as = one
        while told_as not in names and told_as in above:
            told_as = above[told_as]
        if told_as in names:
            found[one] = Reached(id=one, told_as=told_as, name=names[told_as])
    return found


def still_reaches(session: Session, owner_id: UUID, organisation_id: UUID) -> bool:
    """Tell whether a provider, or an organisation itself, still reaches one that it once did."""
    live_id = live_of(session, organisation_id)
    over = {live_id, *(one.id for one in ancestors_of(session, live_id))}
    wanted = select(Organisation.state).where(Organisation.id == organisation_id)
    return owner_id in over and session.scalar(wanted) is not State.CLOSED


def _above(session: Session, provider_id: UUID) -> dict[UUID, UUID]:
    """Give whom a provider reaches, and which one each stands under or is an environment of."""
    rows = session.execute(
        select(Organisation.id, Organisation.parent_id, Environment.live_id)
        .outerjoin(Environment, Environment.organisation_id == Organisation.id)
        .where(
            Organisation.state != State.CLOSED,
            Organisation.id.in_(select(below(provider_id).c.id)),
        )
    ).all()
    above = {row.id: row.live_id or row.parent_id for row in rows}
    return {**above, **_environments_of(session, provider_id)}


def _environments_of(session: Session, owner_id: UUID) -> dict[UUID, UUID]:
    """Give the owner's own environments, which may stand elsewhere in the tree."""
    wanted = select(Environment.organisation_id).where(Environment.live_id == owner_id)
    return dict.fromkeys(session.scalars(wanted), owner_id)
