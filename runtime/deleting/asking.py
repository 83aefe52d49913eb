"""Asking for a deletion, and calling it off: both noted with those above the organisation.

Whether who asks looks after it is asked of `tenancy.customers.charge` before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.deleting._tables import Deletion
from runtime.deleting.model import DAYS_CHOICES, DAYS_MOST, REST, Stage, Wish
from tenancy._tables import REASON_MAX, Organisation
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.life_cycle.states import State
from tenancy.organisations import descendants_of
from tenancy.plans.on_it import count_others
from tenancy.scope import system

log = structlog.get_logger(__name__)

NAMED_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: a name and a person for the audit, and where they act, if in an organisation."""

    actor: Actor
    tenant_id: UUID | None = None

    @staticmethod
    def of(who: Acting) -> Asker:
        """Give who acts by a request."""
        name = f"{who.person_name} ({who.tenant_name})"
        return Asker(actor=Actor(name=name, id=who.vouched_by), tenant_id=who.tenant_id)


def ask_deletion(
    session: Session, organisation_id: UUID, wish: Wish, *, by: Asker, now: datetime
) -> UUID:
    """Ask that an organisation be deleted after a time; give the deletion's id.

    Raises:
        NotFoundError: no such organisation.
        ConflictError: it is not closed, others stand below it or are on its plans, or it was asked
            for already.
        InvalidError: naming the field: name, reason or days.
    """
    row = session.scalar(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    )
    if row is None or row.parent_id is None:
        raise NotFoundError("no such organisation")
    if problem := why_not(session, row.id):
        raise ConflictError(problem)
    if find_open(session, row.id) is not None:
        raise ConflictError(f"the deletion of {row.name} is asked for already")
    reason = _checked(wish, row.name)
    closed_at = row.state_since or now
    made = Deletion(
        id=new_id(),
        tenant_id=row.parent_id,
        organisation_id=row.id,
        name=row.name,
        slug=row.slug,
        kind=row.kind.value,
        stage=Stage.ASKED,
        reason=reason,
        asked_at=now,
        asked_by=by.actor.name[:300],
        due_at=max(now + timedelta(days=wish.days), closed_at + REST),
        work={"asked_in": str(by.tenant_id or "")},
    )
    with system(session):
        session.add(made)
        session.flush()
    facts: dict[str, Fact] = {
        "reason": reason,
        "days": wish.days,
        "not_before": made.due_at.isoformat(),
    }
    for tenant_id in told_of(session, made, by.tenant_id):
        about = about_of(made)
        note(session, tenant_id, "deletion.asked", now=now, about=about, facts=facts, by=by.actor)
    log.info("deletion_asked", organisation=row.slug, days=wish.days)
    return made.id


def cancel_deletion(session: Session, deletion_id: UUID, *, by: Asker, now: datetime) -> None:
    """Call a deletion off, as long as it did not begin.

    Raises:
        NotFoundError: there is no such deletion.
        ConflictError: it began, or it is over.
    """
    with system(session):
        row = locked(session, deletion_id)
        if row is None:
            raise NotFoundError("no such deletion")
        if row.stage is not Stage.ASKED:
            raise ConflictError(
                f"the deletion of {row.name} is {row.stage.value.replace('_', ' ')}: it can be "
                "called off only before it begins"
            )
        row.stage, row.cancelled_at = Stage.CANCELLED, now
        row.cancelled_by, row.problem = by.actor.name[:300], ""
        row.tenant_id = owner_of(session, row)
    for tenant_id in told_of(session, row, by.tenant_id):
        note(session, tenant_id, "deletion.cancelled", now=now, about=about_of(row), by=by.actor)
    log.info("deletion_cancelled", organisation=row.slug)


def why_not(session: Session, organisation_id: UUID) -> str:
    """Say why an organisation cannot be deleted now, and what to do; "" where it can."""
    row = session.get_one(Organisation, organisation_id)
    if row.state is not State.CLOSED:
        return f"{row.name} is {row.state.value}: only what is closed is deleted. Close it first"
    found = descendants_of(session, organisation_id)
    if not found:
        return _plans_in_use(session, row)
    names = ", ".join(one.name for one in found[:NAMED_MOST])
    more = f" and {len(found) - NAMED_MOST} more" if len(found) > NAMED_MOST else ""
    return f"{names}{more} stood below {row.name} and are still kept: delete or move them first"


def _plans_in_use(session: Session, row: Organisation) -> str:
    """Say that others would lose their plan with it; "" where nobody would."""
    number = count_others(session, row.id)
    if not number:
        return ""
    are = "1 other organisation is" if number == 1 else f"{number} other organisations are"
    them = "it" if number == 1 else "them"
    return f"{are} on plans of {row.name}: put {them} on another plan, or on none, first"


def find_open(session: Session, organisation_id: UUID) -> UUID | None:
    """Give the deletion of an organisation that is still to come or goes on; None for none."""
    wanted = select(Deletion.id).where(
        Deletion.organisation_id == organisation_id,
        Deletion.stage.in_([one for one in Stage if one.is_open]),
    )
    with system(session):
        found: UUID | None = session.scalar(wanted)
        return found


def locked(session: Session, deletion_id: UUID) -> Any:
    """Give a deletion's row, locked to the end of the transaction; in system scope."""
    return session.scalar(
        select(Deletion)
        .where(Deletion.id == deletion_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def told_of(session: Session, row: Deletion, also: UUID | None = None) -> list[UUID]:
    """Give in whose audits a deletion is noted: whose it is, and of who asked where another.

    Where who asked is deleted meanwhile, there is no audit of theirs to note it in.
    """
    if also in (None, row.tenant_id):
        return [row.tenant_id]
    there = select(Organisation.id).where(Organisation.id == also)
    return [row.tenant_id, *session.scalars(there)]


def owner_of(session: Session, row: Deletion) -> UUID:
    """Give whom the organisation stands under now: it may have been moved since it was asked."""
    above = select(Organisation.parent_id).where(Organisation.id == row.organisation_id)
    return session.scalar(above) or row.tenant_id


def about_of(row: Deletion) -> About:
    """Give what a deletion is about, for the audit."""
    return About(kind="deletion", id=row.id, name=row.name)


def _checked(wish: Wish, name: str) -> str:
    """Give the reason; raises InvalidError naming what does not do."""
    problems, reason = [], " ".join(wish.reason.split())
    if " ".join(wish.name.split()) != " ".join(name.split()):
        problems.append(Problem("/name", f"name: write {name}, as it stands above, to confirm"))
    if not reason:
        problems.append(Problem("/reason", "reason: say why; it stands on the certificate"))
    elif len(reason) > REASON_MAX:
        problems.append(Problem("/reason", f"reason: write {REASON_MAX} characters at most"))
    if not 0 <= wish.days <= DAYS_MOST:
        usual = ", ".join(map(str, DAYS_CHOICES))
        problems.append(Problem("/days", f"days: wait 0 to {DAYS_MOST} days, such as {usual}"))
    if problems:
        raise InvalidError(problems[0].message, problems=problems)
    return reason
