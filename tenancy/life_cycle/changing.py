"""Bringing an organisation from one state to another: by who is above it, or by the clock.

Its environments go along. Each change is kept in its history and noted in the audit of both
organisations. Whether who asks is above it is asked of `tenancy.customers.charge` before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from tenancy._tables import REASON_MAX, Environment, Organisation
from tenancy.audit.trail import INSTALLATION, About, Actor, note
from tenancy.life_cycle._tables import StateChange
from tenancy.life_cycle.states import (
    CLOSING_FOR,
    ENDS_AS,
    FOLLOWS,
    TRIAL_DAYS,
    TRIAL_DAYS_MAX,
    State,
    may_follow,
)
from tenancy.organisations import OrganisationView, below, is_no_environment, view_of

log = structlog.get_logger(__name__)

BITE = 50
BY_ITSELF = {State.TRIAL: "The trial ended", State.CLOSING: "The time of closing is over"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change of state that somebody asks for.

    Attributes:
        days: How long a trial lasts; None for the usual.
        reason: Why; the organisation's own people read it.
        until: When a trial or a closing ends that goes on as it was before; None for one that
            begins now.
    """

    to: State
    reason: str = ""
    days: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change of state of the past."""

    at: datetime
    before: str
    after: str
    until: datetime | None
    reason: str
    by: str


def change_state(
    session: Session, organisation_id: UUID, wish: Wish, *, who: Acting, now: datetime
) -> OrganisationView:
    """Bring an organisation to another state.

    Raises:
        NotFoundError: no such organisation.
        InvalidError: naming the field: a reason that is missing or too long, or the days.
        ConflictError: its present state is not followed by that one, or it is to be closed while
            others stand below it.
    """
    row = _locked(session, organisation_id)
    reason = _checked_reason(wish)
    until = _until(wish, now=now)
    if not may_follow(row.state, wish.to):
        following = " or ".join(one.value for one in FOLLOWS[row.state]) or "nothing"
        raise ConflictError(
            f"{row.name} is {row.state.value}, which is followed by {following}: "
            f"it cannot become {wish.to.value}",
            state=row.state.value,
        )
    if wish.to in (State.CLOSING, State.CLOSED):
        _refuse_with_customers(session, row)
    before = row.state.value
    by = Actor(name=f"{who.person_name} ({who.tenant_name})", id=who.vouched_by)
    _apply(session, row, StateChange(after=wish.to, reason=reason, until=until), by=by, now=now)
    note(
        session,
        who.tenant_id,
        "customer.state_changed",
        now=now,
        about=About(kind="organisation", id=row.id, name=row.name),
        facts={"before": before, "after": wish.to.value, "reason": reason},
    )
    return view_of(row)


def begin_trial(session: Session, organisation_id: UUID, *, days: int, now: datetime) -> None:
    """Let a new organisation begin on trial; raises InvalidError where the days are none."""
    until = _until(Wish(to=State.TRIAL, days=days), now=now)
    row = _locked(session, organisation_id)
    row.state, row.state_since, row.state_until = State.TRIAL, now, until
    session.flush()


def hold(session: Session, organisation_id: UUID, *, reason: str, now: datetime) -> None:
    """Suspend an organisation that is at work, since the installation itself has to."""
    row = _locked(session, organisation_id)
    if row.state.is_at_work:
        change = StateChange(after=State.SUSPENDED, reason=reason[:REASON_MAX])
        _apply(session, row, change, by=INSTALLATION, now=now)


def end_due(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Bring on what trials and closings turn into when their time is over; give how many."""
    rows = session.scalars(
        select(Organisation)
        .where(
            Organisation.state.in_(ENDS_AS),
            Organisation.state_until <= now,
            is_no_environment(),
        )
        .order_by(Organisation.state_until, Organisation.id)
        .limit(most)
        .with_for_update(of=Organisation)
    ).all()
    for row in rows:
        reason, after = BY_ITSELF[row.state], ENDS_AS[row.state]
        before = row.state.value
        change = StateChange(after=after, reason=reason)
        _apply(session, row, change, by=INSTALLATION, now=now)
        if row.parent_id is not None:
            note(
                session,
                row.parent_id,
                "customer.state_changed",
                now=now,
                about=About(kind="organisation", id=row.id, name=row.name),
                facts={"before": before, "after": after.value, "reason": reason},
            )
    return len(rows)


def has_ended(session: Session, *, now: datetime) -> bool:
    """Tell whether a trial or a closing is over."""
    wanted = select(Organisation.id).where(
        Organisation.state.in_(ENDS_AS), Organisation.state_until <= now
    )
    return session.scalar(wanted.limit(1)) is not None


def history_of(session: Session, organisation_id: UUID) -> list[ChangeView]:
    """List the changes of an organisation's state, the newest first."""
    rows = session.scalars(
        select(StateChange)
        .where(StateChange.organisation_id == organisation_id)
        .order_by(StateChange.at.desc(), StateChange.id.desc())
    )
    return [
        ChangeView(
            at=row.at,
            before=row.before.value,
            after=row.after.value,
            until=row.until,
            reason=row.reason,
            by=row.by,
        )
        for row in rows
    ]


def _apply(
    session: Session, row: Organisation, change: StateChange, *, by: Actor, now: datetime
) -> None:
    """Change one and its environments, keep it in the history, note it in their audits."""
    environments = select(Environment.organisation_id).where(Environment.live_id == row.id)
    along = session.scalars(select(Organisation).where(Organisation.id.in_(environments))).all()
    change.id, change.organisation_id, change.at = new_id(), row.id, now
    change.before, change.by = row.state, by.name[:200]
    session.add(change)
    for one in (row, *along):
        facts = {"before": one.state.value, "after": change.after.value, "reason": change.reason}
        one.state, one.state_since = change.after, now
        one.state_until, one.state_reason = change.until, change.reason or ""
        about = About(kind="organisation", id=one.id, name=one.name)
        note(
            session, one.id, "organisation.state_changed", now=now, about=about, facts=facts, by=by
        )
    session.flush()
    named = {"tenant_id": str(row.id), "organisation": row.slug}
    log.info("organisation_state_changed", **named, state=change.after.value)


def _locked(session: Session, organisation_id: UUID) -> Organisation:
    row = session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError("no such organisation")
    return row


def _checked_reason(wish: Wish) -> str:
    reason = " ".join(wish.reason.split())
    message = ""
    if len(reason) > REASON_MAX:
        message = f"reason: write {REASON_MAX} characters at most"
    elif not reason and wish.to in (State.SUSPENDED, State.CLOSING, State.CLOSED):
        message = "reason: say why; the organisation's own people read it"
    if message:
        raise InvalidError(message, problems=[Problem("/reason", message)])
    return reason


def _until(wish: Wish, *, now: datetime) -> datetime | None:
    if wish.until is not None:
        return wish.until
    if wish.to is State.CLOSING:
        return now + CLOSING_FOR
    if wish.to is not State.TRIAL:
        return None
    days = TRIAL_DAYS if wish.days is None else wish.days
    if not 1 <= days <= TRIAL_DAYS_MAX:
        message = f"days: a trial lasts 1 to {TRIAL_DAYS_MAX} days"
        raise InvalidError(message, problems=[Problem("/days", message)])
    return now + timedelta(days=days)


def _refuse_with_customers(session: Session, row: Organisation) -> None:
    found = below(row.id)
    number = session.scalar(
        select(func.count())
        .select_from(found)
        .join(Organisation, Organisation.id == found.c.id)
        .where(Organisation.state != State.CLOSED, is_no_environment())
    )
    if number:
        raise ConflictError(
            f"{number} {'organisation stands' if number == 1 else 'organisations stand'} below "
            f"{row.name}: close or move them first",
            below=number,
        )
