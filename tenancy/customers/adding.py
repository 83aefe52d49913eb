"""Adding a customer, a reseller or a CSP: in one step, with its trial and its first admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from kernel.ids import SLUG_MAX, slugify
from tenancy.audit.trail import About, Actor, note
from tenancy.customers.charge import get_customer, kinds_below, require_keeper
from tenancy.customers.first_admin import invite_first_admin
from tenancy.customers.setting_up import set_up
from tenancy.invitations.model import Invited
from tenancy.life_cycle.changing import begin_trial
from tenancy.life_cycle.states import State
from tenancy.organisations import (
    OrganisationView,
    checked_slug,
    create_organisation,
    find_by_slug,
    get_organisation,
)
from tenancy.people import is_email
from tenancy.plans.assigning import put_on_plan

log = structlog.get_logger(__name__)

TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A customer to be added.

    Attributes:
        slug: Its short name; "" takes one made of the name.
        parent_id: Whose customer it is; None for who adds it.
        admin_email: Of its first admin; "" leaves it without one.
        trial_days: How long it is on trial; 0 begins active.
        plan_id: The plan it is put on; None for none.
        template_id: What it is set up from; None for the template that goes with its plan.
        is_bare: Whether it is set up from nothing, whatever goes with its plan.
    """

    name: str
    kind: str = "customer"
    slug: str = ""
    parent_id: UUID | None = None
    admin_email: str = ""
    trial_days: int = 0
    plan_id: UUID | None = None
    template_id: UUID | None = None
    is_bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What was added, and who was invited as its first admin; None where nobody was."""

    organisation: OrganisationView
    invited: Invited | None


def add_customer(session: Session, who: Acting, wanted: Wanted, *, now: datetime) -> Added:
    """Add an organisation below who acts.

    Raises:
        NotFoundError: who acts looks after nobody, or not after the parent, or has no such plan or
            template.
        InvalidError: naming the field.
        ConflictError: the short name is taken, the parent is not at work, or the plan is retired.
        ForbiddenError: who acts may not say who is on which plan.
        NotInPlanError: the template uses a block that the plan does not hold; nothing is made.
    """
    require_keeper(who)
    _require_kind(who, wanted.kind)
    _require_email(wanted.admin_email)
    parent = _parent(session, who, wanted.parent_id)
    slug = wanted.slug or suggest_slug(session, wanted.name)
    made = create_organisation(
        session, kind=wanted.kind, name=wanted.name, parent_id=parent.id, slug=slug, now=now
    )
    if wanted.trial_days:
        begin_trial(session, made.id, days=wanted.trial_days, now=now)
    _note(session, who, made, parent, now=now)
    if wanted.plan_id is not None:
        _put_on_plan(session, who, made.id, wanted.plan_id, now=now)
    if not wanted.is_bare:
        chosen = (wanted.template_id, wanted.plan_id)
        set_up(session, who, get_organisation(session, made.id), *chosen, now=now)
    email = wanted.admin_email
    invited = invite_first_admin(session, who, made, email, now=now) if email else None
    log.info("customer_added", organisation=made.slug, under=parent.slug)
    return Added(organisation=get_organisation(session, made.id), invited=invited)


def suggest_slug(session: Session, name: str) -> str:
    """Give a short name for a name that nobody has; the name's own words, then numbered."""
    wanted = slugify(name)
    if find_by_slug(session, wanted) is None:
        return wanted
    for number in range(2, TRIES):
        ending = f"-{number}"
        numbered = wanted[: SLUG_MAX - len(ending)].rstrip("-") + ending
        if find_by_slug(session, numbered) is None:
            return numbered
    return wanted


def why_not_slug(session: Session, slug: str) -> str:
    """Say what is wrong with a short name, as somebody types it; "" where nothing is."""
    try:
        checked_slug(slug)
    except InvalidError as error:
        return error.message
    taken = find_by_slug(session, slug) is not None
    return f"slug: {slug} is taken: choose another" if taken else ""


def _put_on_plan(
    session: Session, who: Acting, organisation_id: UUID, plan_id: UUID, *, now: datetime
) -> None:
    if not who.may("plans.edit"):
        told = f"your role ({who.role_called}) may not say who is on which plan: leave it out"
        raise ForbiddenError(told, permission="plans.edit")
    put_on_plan(session, who, organisation_id, plan_id, now=now)


def _parent(session: Session, who: Acting, parent_id: UUID | None) -> OrganisationView:
    if parent_id is None or parent_id == who.tenant_id:
        return get_organisation(session, who.tenant_id)
    parent = get_customer(session, who, parent_id)
    if not State(parent.state).is_at_work:
        raise ConflictError(f"{parent.name} is {parent.state}: resume it first, or choose another")
    return parent


def _require_kind(who: Acting, kind: str) -> None:
    possible = kinds_below(who.tenant_kind)
    if kind not in possible:
        message = "kind: choose one of " + ", ".join(possible)
        raise InvalidError(message, problems=[Problem("/kind", message)])


def _require_email(email: str) -> None:
    if email and not is_email(email):
        message = "admin_email: write an address such as anna@example.com"
        raise InvalidError(message, problems=[Problem("/admin_email", message)])


def _note(
    session: Session,
    who: Acting,
    made: OrganisationView,
    parent: OrganisationView,
    *,
    now: datetime,
) -> None:
    about = About(kind="organisation", id=made.id, name=made.name)
    facts = {"kind": made.kind, "slug": made.slug, "under": parent.name}
    note(session, who.tenant_id, "customer.added", now=now, about=about, facts=facts)
    by = Actor(name=f"{who.person_name} ({who.tenant_name})", id=who.vouched_by)
    note(session, made.id, "organisation.added", now=now, about=about, facts=facts, by=by)
