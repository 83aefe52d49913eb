"""Warnings before a trial ends: a week and a day before, each told once.

There are two: the trial of a plan, which leads back to the plan from before, and that of an
organisation itself, which is suspended then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

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
    """List the trials of which a step is reached that nobody was told of."""
    found = [*_of_plans(session, now=now), *_of_organisations(session, now=now)]
    steps = [(one, one.step_at(now)) for one in found]
    return [one for one, step in steps if step is not None and not _was_told(session, one, step)]


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
    rows = session.execute(
        select(PlanUse, Plan.name)
        .join(Plan, Plan.id == PlanUse.plan_id)
        .join(Organisation, Organisation.id == PlanUse.organisation_id)
        .where(PlanUse.until > now, PlanUse.until <= now + WEEK)
        .where(Organisation.state != State.CLOSED)
        .order_by(PlanUse.organisation_id)
    ).all()
    for use, plan in rows:
        then = session.get(Plan, use.then_id) if use.then_id is not None else None
        yield Ending(
            organisation_id=use.organisation_id,
            kind=OF_PLAN,
            since=use.since,
            until=use.until or now,
            what=f"the trial of {plan}",
            then=f"{then.name} holds again" if then is not None else "no plan holds any more",
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


def _was_told(session: Session, one: Ending, step: int) -> bool:
    key = (one.organisation_id, _name(one, step), _day(one))
    with system(session):
        return session.get(UsageWarning, key) is not None


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
