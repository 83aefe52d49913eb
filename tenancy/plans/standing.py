"""The terms of all organisations at one moment, for who asks at every event and every run.

Two queries, whatever the number of organisations; a plan's terms are read once for a revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tenancy._tables import Environment, Organisation
from tenancy.plans._tables import Plan, PlanUse, SpendCap
from tenancy.plans.terms import Terms, read_terms

PLANS_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds for one organisation.

    Attributes:
        plan: What its plan is called.
        cap_cents: What it may spend in a month; None where nobody says.
        provider: Whose plan it is: whom to ask for more.
        is_charged: False of an environment, which costs nothing.
    """

    plan: str
    terms: Terms
    cap_cents: int | None = None
    provider: str = ""
    is_charged: bool = True


def standings(session: Session) -> dict[UUID, Standing]:
    """Give what holds for each organisation that is on a plan, its environments included."""
    lowest = (SpendCap.organisation_id, func.min(SpendCap.cents))
    capped = session.execute(select(*lowest).group_by(SpendCap.organisation_id))
    caps = {one: int(cents) for one, cents in capped}
    rows = session.execute(
        select(PlanUse.organisation_id, Plan.id, Plan.revision, Plan.name, Organisation.name)
        .join(Plan, Plan.id == PlanUse.plan_id)
        .join(Organisation, Organisation.id == Plan.owner_id)
    )
    terms: dict[UUID, Terms] = {}
    found: dict[UUID, Standing] = {}
    for organisation_id, plan_id, revision, name, provider in rows:
        if plan_id not in terms:
            terms[plan_id] = _terms(session, plan_id, revision)
        found[organisation_id] = Standing(
            plan=name,
            terms=terms[plan_id],
            cap_cents=caps.get(organisation_id),
            provider=provider,
        )
    return found | _environments(session, found) if found else found


def _environments(session: Session, found: Mapping[UUID, Standing]) -> dict[UUID, Standing]:
    rows = session.execute(select(Environment.organisation_id, Environment.live_id))
    return {
        one: Standing(
            plan=found[live].plan,
            terms=found[live].terms,
            provider=found[live].provider,
            is_charged=False,
        )
        for one, live in rows
        if live in found
    }


def _terms(session: Session, plan_id: UUID, revision: int) -> Terms:
    known = _KNOWN.get((plan_id, revision))
    if known is None:
        document = session.scalar(select(Plan.terms).where(Plan.id == plan_id)) or {}
        if len(_KNOWN) >= PLANS_REMEMBERED:
            _KNOWN.clear()
        known = _KNOWN[plan_id, revision] = read_terms(document)
    return known


_KNOWN: dict[tuple[UUID, int], Terms] = {}
