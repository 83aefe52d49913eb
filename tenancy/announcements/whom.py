"""Those whom an organisation looks after, as far as it says who of them is meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from tenancy._tables import Organisation, OrganisationKind
from tenancy.access import facts_of
from tenancy.announcements.audience import Audience, Placed, Whom, meant_among
from tenancy.customers.charge import in_charge
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView, get_organisation, view_of
from tenancy.plans._tables import Plan, PlanUse

CHOICES_MAX = 500


def meant_by(session: Session, owner_id: UUID, audience: Audience) -> set[UUID]:
    """Give the ids of those that are meant now; nobody who is closed is among them."""
    return meant_among(placed_below(session, owner_id), audience)


def placed_below(session: Session, owner_id: UUID) -> list[Placed]:
    """Say where those stand whom an organisation looks after, but for those that are closed."""
    who = facts_of(get_organisation(session, owner_id), role="admin", person_id=None, name="")
    rows = session.execute(
        select(Organisation.id, Organisation.kind, Organisation.parent_id, PlanUse.plan_id)
        .outerjoin(PlanUse, PlanUse.organisation_id == Organisation.id)
        .where(in_charge(who), Organisation.state != State.CLOSED)
    )
    return [
        Placed(id=row.id, kind=row.kind.value, parent_id=row.parent_id, plan_id=row.plan_id)
        for row in rows
    ]


def checked_audience(session: Session, who: Acting, audience: Audience) -> Audience:
    """Give an audience whose plan, reseller and chosen ones are those of who acts.

    Raises:
        InvalidError: one of them is not there, or is somebody else's.
    """
    if audience.whom is Whom.PLAN:
        plan = select(Plan.id).where(Plan.id == audience.plan_id, Plan.owner_id == who.tenant_id)
        _require(session.scalar(plan) is not None, "plan_id", "choose one of your plans")
    if audience.whom is Whom.RESELLER:
        wanted = _looked_after(session, who, {audience.reseller_id})
        is_one = [one.kind for one in wanted] == ["reseller"]
        _require(is_one, "reseller_id", "choose one of your resellers")
    if audience.whom is Whom.CHOSEN:
        found = {one.id for one in _looked_after(session, who, set(audience.chosen))}
        told = "name those alone whom you look after"
        _require(found == audience.chosen, "organisation_ids", told)
        return replace(audience, chosen=frozenset(found))
    return audience


def ids_by_slug(
    session: Session, who: Acting, slugs: Collection[str]
) -> tuple[frozenset[UUID], list[str]]:
    """Give the ids of those looked after that have these short names, and the names of none."""
    wanted = select(Organisation.id, Organisation.slug)
    rows = session.execute(wanted.where(Organisation.slug.in_(slugs), in_charge(who))).all()
    known = {row.slug for row in rows}
    unknown = [one for one in dict.fromkeys(slugs) if one not in known]
    return frozenset(row.id for row in rows), unknown


def slugs_of(session: Session, who: Acting, audience: Audience) -> list[str]:
    """Give the short names of those chosen whom who acts looks after still."""
    return sorted(one.slug for one in _looked_after(session, who, set(audience.chosen)))


def resellers_of(session: Session, who: Acting) -> list[tuple[UUID, str]]:
    """Give id and name of the resellers whom who acts looks after, by name."""
    wanted = select(Organisation.id, Organisation.name).where(
        in_charge(who), Organisation.kind == OrganisationKind.RESELLER
    )
    rows = session.execute(wanted.order_by(func.lower(Organisation.name)).limit(CHOICES_MAX))
    return [(row.id, row.name) for row in rows]


def audience_words(session: Session, who: Acting, audience: Audience) -> str:
    """Say who is meant, as who wrote it reads."""
    if audience.whom is Whom.PLAN:
        named = session.scalar(select(Plan.name).where(Plan.id == audience.plan_id))
        said = f"Those on the plan {named or 'that is no more'}"
    elif audience.whom is Whom.RESELLER:
        found = _looked_after(session, who, {audience.reseller_id})
        return f"{found[0].name if found else 'A reseller that is no more'} and all below it"
    elif audience.whom is Whom.CHOSEN:
        number = len(audience.chosen)
        return "One that is chosen" if number == 1 else f"{number:,} that are chosen"
    else:
        said = "All"
    return said if audience.below_resellers else f"{said}, but none below resellers"


def _looked_after(
    session: Session, who: Acting, ids: set[UUID] | set[UUID | None]
) -> list[OrganisationView]:
    wanted = [one for one in ids if one is not None]
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(wanted), in_charge(who)))
    return [view_of(row) for row in rows]


def _require(is_so: bool, name: str, told: str) -> None:  # noqa: FBT001  what was found
    if not is_so:
        message = f"{name}: {told}"
        raise InvalidError(message, problems=[Problem(f"/audience/{name}", message)])
