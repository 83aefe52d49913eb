"""Warnings before a trial ends: a week and a day before, each told once.

There are two: the trial of a plan, which leads back to the plan from before, and that of an
organisation itself, which is suspended then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from runtime.use._tables import UsageWarning
from runtime.use.recording import day_of
from runtime.use.warnings import remember
from tenancy._tables import Organisation
from tenancy.audit.trail import note
from tenancy.life_cycle.states import State
from tenancy.organisations import get_organisation, is_no_environment
from tenancy.plans._tables import Plan, PlanUse
from tenancy.plans.telling import Warned, warn
from tenancy.scope import as_tenant, system

STEPS_DAYS = (7, 1)
WEEK = timedelta(days=7)
OF_PLAN, OF_ORGANISATION = "plan_trial", "trial"
Key = tuple[UUID, str, date]
"""Whose warning, of what, and of which day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A trial that ends soon: whose, of what, and what follows."""

    organisation_id: UUID
    kind: str
    since: datetime | None
    until: datetime
    what: str
    then: str

    def step_at(self, now: datetime) -> int | None:
        """Give the step, in days, that is reached by now; None for none.

        A trial that was never longer than a step is not warned of by it.
        """
        lasts = self.until - self.since if self.since is not None else WEEK * 2
        reached = [
            days
            for days in STEPS_DAYS
            if now >= self.until - timedelta(days=days) and lasts > timedelta(days=days)
        ]
        return min(reached, default=None)


def trials_to_tell(session: Session, *, now: datetime) -> list[Ending]:
    """List the trials of which a step is reached that nobody was told of; three reads at most."""
    found = [*_of_plans(session, now=now), *_of_organisations(session, now=now)]
    steps = [(one, one.step_at(now)) for one in found]
    reached = [(one, _key(one, step)) for one, step in steps if step is not None]
    told = _told(session, {one.organisation_id for one, _ in reached}, now=now)
    return [one for one, key in reached if key not in told]


def tell_of_trial(session: Session, one: Ending, *, now: datetime) -> bool:
    """Tell of a trial that ends soon; False where somebody told of this step meanwhile."""
    step = one.step_at(now)
    with as_tenant(session, one.organisation_id):
        is_new = [
            remember(session, one.organisation_id, _name(one, each), _day(one), now=now)
            for each in STEPS_DAYS
            if step is not None and each >= step
        ]
        if is_new and is_new[-1]:
            _tell(session, one, now=now)
    return bool(is_new) and is_new[-1]


def _of_plans(session: Session, *, now: datetime) -> Iterator[Ending]:
    after = aliased(Plan)
    rows = session.execute(
        select(PlanUse, Plan.name, after.name)
        .join(Plan, Plan.id == PlanUse.plan_id)
        .join(Organisation, Organisation.id == PlanUse.organisation_id)
        .outerjoin(after, after.id == PlanUse.then_id)
        .where(PlanUse.until > now, PlanUse.until <= now + WEEK)
        .where(Organisation.state != State.CLOSED)
        .order_by(PlanUse.organisation_id)
    ).all()
    for use, plan, then in rows:
        yield Ending(
            organisation_id=use.organisation_id,
            kind=OF_PLAN,
            since=use.since,
            until=use.until or now,
            what=f"the trial of {plan}",
            then=f"{then} holds again" if use.then_id is not None else "no plan holds any more",
        )


def _of_organisations(session: Session, *, now: datetime) -> Iterator[Ending]:
    rows = session.scalars(
        select(Organisation)
        .where(
            Organisation.state == State.TRIAL,
            Organisation.state_until > now,
            Organisation.state_until <= now + WEEK,
            is_no_environment(),
        )
        .order_by(Organisation.id)
    ).all()
    for row in rows:
        if row.state_until is not None:
            yield Ending(
                organisation_id=row.id,
                kind=OF_ORGANISATION,
                since=row.state_since,
                until=row.state_until,
                what="the trial",
                then="it is suspended: it can be read, and nothing is taken in or run",
            )


def _told(session: Session, tenants: Collection[UUID], *, now: datetime) -> set[Key]:
    """Give what tenants were told already of trials that end from today on."""
    if not tenants:
        return set()
    wanted = select(UsageWarning.tenant_id, UsageWarning.name, UsageWarning.since).where(
        UsageWarning.tenant_id.in_(tenants), UsageWarning.since >= day_of(now)
    )
    with system(session):
        return {(row.tenant_id, row.name, row.since) for row in session.execute(wanted)}


def _key(one: Ending, step: int) -> Key:
    return one.organisation_id, _name(one, step), _day(one)


def _name(one: Ending, step: int) -> str:
    return f"{one.kind}:{step}"


def _day(one: Ending) -> date:
    return day_of(one.until)


def _tell(session: Session, one: Ending, *, now: datetime) -> None:
    ends = f"{one.until:%d %b %Y %H:%M} UTC"
    note(
        session,
        one.organisation_id,
        "trial.near_its_end",
        now=now,
        facts={"what": one.what, "ends": ends, "then": one.then},
    )
    warned = Warned(
        kind="trial",
        path="/usage",
        facts={"what": one.what, "ends": ends, "then": one.then},
        is_last=one.step_at(now) == min(STEPS_DAYS),
        until=one.until,
    )
    warn(session, get_organisation(session, one.organisation_id), warned, now=now)
