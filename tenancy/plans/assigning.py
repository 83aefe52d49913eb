"""Which plan an organisation is on: put on one by who looks after it, on trial where wished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, Problem
from tenancy._tables import Environment
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.customers.charge import get_customer
from tenancy.life_cycle.states import TRIAL_DAYS_MAX
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans._tables import Plan, PlanUse
from tenancy.plans.store import PlanView, get_plan, view_of
from tenancy.plans.terms import Terms

log = structlog.get_logger(__name__)

BITE = 100
ANYTHING = Terms()
"""What an organisation has that is on no plan: all that its installation allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPlan:
    """The plan that an organisation is on; `until` and `then` are set while it is a trial of it."""

    plan: PlanView
    since: datetime
    until: datetime | None
    then: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How an organisation stood: on which plan, on trial of it until when, and what follows."""

    plan_id: UUID | None
    until: datetime | None
    then_id: UUID | None


def plan_of(session: Session, organisation_id: UUID) -> OnPlan | None:
    """Give the plan an organisation is on, its live one's where it is an environment."""
    row = session.execute(
        select(PlanUse, Plan)
        .join(Plan, Plan.id == PlanUse.plan_id)
        .where(PlanUse.organisation_id == live_of(session, organisation_id))
    ).first()
    if row is None:
        return None
    use, plan = row
    then = session.get(Plan, use.then_id) if use.then_id is not None else None
    return OnPlan(
        plan=view_of(plan),
        since=use.since,
        until=use.until,
        then=then.name if then is not None else "",
        by=use.by,
    )


def terms_of(session: Session, organisation_id: UUID) -> Terms:
    """Give the terms that hold for an organisation as the database has them now."""
    found = plan_of(session, organisation_id)
    return found.plan.terms if found is not None else ANYTHING


def live_of(session: Session, organisation_id: UUID) -> UUID:
    """Give the live organisation of an environment; any other is its own."""
    found = session.scalar(
        select(Environment.live_id).where(Environment.organisation_id == organisation_id)
    )
    return found or organisation_id


def put_on_plan(
    session: Session,
    who: Acting,
    organisation_id: UUID,
    plan_id: UUID | None,
    *,
    trial_days: int = 0,
    now: datetime,
) -> None:
    """Put an organisation on a plan of who acts, or on none; every process follows in seconds.

    A trial ends by itself and leads back to the plan from before, or to none.

    Raises:
        NotFoundError: who acts does not look after it, or has no such plan.
        InvalidError: a trial of too many days, or of no plan.
        ConflictError: the plan is retired, or it is on it already.
    """
    one = get_customer(session, who, organisation_id)
    wanted = get_plan(session, who.tenant_id, plan_id) if plan_id is not None else None
    _check(session, one.id, wanted, trial_days)
    session.flush()
    row = _use_of(session, one.id)
    to = Before(
        plan_id=plan_id,
        until=now + timedelta(days=trial_days) if trial_days else None,
        then_id=row.plan_id if trial_days and row is not None else None,
    )
    _put(session, who, one, to, trial_days=trial_days, now=now)


def put_back(
    session: Session, who: Acting, organisation_id: UUID, to: Before, *, now: datetime
) -> None:
    """Put an organisation back on a plan of who acts, or on none: on trial of it as it was.

    Raises:
        NotFoundError: who acts does not look after it, or has no such plan.
        ConflictError: the plan is retired.
    """
    one = get_customer(session, who, organisation_id)
    wanted = get_plan(session, who.tenant_id, to.plan_id) if to.plan_id is not None else None
    _require_offered(wanted)
    if to.then_id is not None and session.get(Plan, to.then_id) is None:
        to = replace(to, then_id=None)
    left = to.until - now if to.until is not None else timedelta(0)
    _put(session, who, one, to, trial_days=-(-left // timedelta(days=1)), now=now)


def _put(
    session: Session,
    who: Acting,
    one: OrganisationView,
    to: Before,
    *,
    trial_days: int,
    now: datetime,
) -> None:  # fmt: skip
    row = _use_of(session, one.id)
    before = session.get(Plan, row.plan_id) if row is not None else None
    wanted = session.get(Plan, to.plan_id) if to.plan_id is not None else None
    if wanted is None:
        if row is not None:
            session.delete(row)
    else:
        row = row or PlanUse(organisation_id=one.id)
        row.plan_id, row.since, row.by = wanted.id, now, who.person_name
        row.until, row.then_id = to.until, to.then_id
        session.add(row)
    session.flush()
    facts: dict[str, Fact] = {
        "from": before.name if before is not None else "no plan",
        "to": wanted.name if wanted is not None else "no plan",
        "trial_days": trial_days,
    }
    about = About(kind="organisation", id=one.id, name=one.name)
    note(session, who.tenant_id, "customer.plan_changed", now=now, about=about, facts=facts)
    by = Actor(name=f"{who.person_name} ({who.tenant_name})", id=who.vouched_by)
    note(session, one.id, "organisation.plan_changed", now=now, about=about, facts=facts, by=by)
    log.info("plan_changed", organisation=one.slug, plan=facts["to"])


def has_trial_over(session: Session, *, now: datetime) -> bool:
    """Tell whether a trial of a plan is over."""
    return session.scalar(select(PlanUse.plan_id).where(PlanUse.until <= now).limit(1)) is not None


def end_trials(session: Session, *, now: datetime) -> int:
    """Let trials of plans that are over lead to what follows them; at most `BITE` of them."""
    rows = session.scalars(
        select(PlanUse)
        .where(PlanUse.until <= now)
        .order_by(PlanUse.organisation_id)
        .limit(BITE)
        .with_for_update()
    ).all()
    for row in rows:
        one = get_organisation(session, row.organisation_id)
        tried = session.get_one(Plan, row.plan_id)
        then = session.get(Plan, row.then_id) if row.then_id is not None else None
        facts = {"from": tried.name, "to": then.name if then is not None else "no plan"}
        if then is None:
            session.delete(row)
        else:
            row.plan_id, row.then_id, row.until, row.since = then.id, None, None, now
        about = About(kind="organisation", id=one.id, name=one.name)
        note(session, one.id, "organisation.plan_changed", now=now, about=about, facts=facts)
        note(session, tried.owner_id, "customer.plan_changed", now=now, about=about, facts=facts)
    session.flush()
    return len(rows)


def _use_of(session: Session, organisation_id: UUID) -> PlanUse | None:
    mine = PlanUse.organisation_id == organisation_id
    return session.scalar(select(PlanUse).where(mine).with_for_update())


def _require_offered(wanted: PlanView | None) -> None:
    if wanted is not None and wanted.retired_at is not None:
        raise ConflictError(f"{wanted.name} is retired: offer it again, or choose another")


def _check(
    session: Session, organisation_id: UUID, wanted: PlanView | None, trial_days: int
) -> None:
    if not 0 <= trial_days <= TRIAL_DAYS_MAX or (trial_days and wanted is None):
        message = f"trial_days: 0 to {TRIAL_DAYS_MAX}, and 0 without a plan"
        raise InvalidError(message, problems=[Problem("/trial_days", message)])
    now_on = plan_of(session, organisation_id)
    _require_offered(wanted)
    is_the_same = now_on is not None and wanted is not None and now_on.plan.id == wanted.id
    if is_the_same and now_on is not None and (trial_days or now_on.until is None):
        raise ConflictError(f"it is on {now_on.plan.name} already")
