"""Asking for access to a customer, offering it, answering, and ending it.

Each of these is noted in the audit of both sides.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.delegation._tables import NAME_MAX, GrantKind, GrantState, SupportGrant
from tenancy.delegation.reading import customer_below, providers_of
from tenancy.delegation.rules import Terms, checked, is_active, is_open, narrows
from tenancy.roles import Role

OPEN_MOST = 20


def ask_access(session: Session, who: Acting, slug: str, terms: Terms, *, now: datetime) -> UUID:
    """Ask a customer for access, for oneself.

    Raises:
        InvalidError: naming the field.
        ConflictError: the same is asked already, or too much is.
    """
    wanted = checked(terms)
    customer = customer_below(session, who.tenant_id, slug)
    _require_few(session, who, customer.id, now=now)
    row = new_row(who.tenant_id, customer.id, wanted, by=who, now=now)
    row.person_id = who.person_id
    session.add(row)
    session.flush()
    note_both(session, row, "support_access.asked", now=now, by=who)
    return row.id


def offer_access(
    session: Session, who: Acting, provider_id: UUID, terms: Terms, *, now: datetime
) -> UUID:
    """Let whoever does support at a provider in at once.

    Raises:
        InvalidError: naming the field; the provider does not stand above the customer.
    """
    given = checked(terms)
    if provider_id not in {one.id for one in providers_of(session, who.tenant_id)}:
        message = "provider: choose one of those that look after this organisation"
        raise InvalidError(message, problems=[Problem("/provider", message)])
    row = new_row(provider_id, who.tenant_id, given, by=who, now=now)
    session.add(row)
    give(row, by=who, now=now)
    session.flush()
    note_both(session, row, "support_access.granted", now=now, by=who)
    return row.id


def grant_access(
    session: Session, who: Acting, grant_id: UUID, *, role: str, minutes: int, now: datetime
) -> None:
    """Give what was asked for, or less of it.

    Raises:
        NotFoundError: nothing like it was asked of this organisation.
        InvalidError: it is more than was asked for.
        ConflictError: it was answered, withdrawn, or has lapsed.
    """
    row = _asked(session, who.tenant_id, grant_id, now=now)
    asked = Terms(role=row.role.value, minutes=row.minutes, reason=row.reason)
    given = checked(Terms(role=role, minutes=minutes, reason=row.reason))
    if not narrows(asked, given):
        message = f"role: give {asked.role} for {asked.minutes} minutes, or less"
        raise InvalidError(message, problems=[Problem("/role", message)])
    row.role, row.minutes = Role(given.role), given.minutes
    give(row, by=who, now=now)
    session.flush()
    note_both(session, row, "support_access.granted", now=now, by=who)


def refuse_access(session: Session, who: Acting, grant_id: UUID, *, now: datetime) -> None:
    """Say no to what was asked; raises as `grant_access` does."""
    row = _asked(session, who.tenant_id, grant_id, now=now)
    row.state = GrantState.REFUSED
    _decide(row, by=who, now=now)
    session.flush()
    note_both(session, row, "support_access.refused", now=now, by=who)


def withdraw_ask(session: Session, who: Acting, grant_id: UUID, *, now: datetime) -> None:
    """Take back what oneself asked.

    Raises:
        NotFoundError: nothing like it was asked by this person.
        ConflictError: it was answered already.
    """
    row = locked(session, grant_id)
    if row is None or row.provider_id != who.tenant_id or row.person_id != who.person_id:
        raise NotFoundError("no such request")
    _require_open(row, now=now)
    row.state = GrantState.WITHDRAWN
    session.flush()
    note_both(session, row, "support_access.withdrawn", now=now, by=who)


def end_access(session: Session, who: Acting, grant_id: UUID, *, now: datetime) -> None:
    """End what holds, at once: by the customer's admin, or by who acts by it.

    Raises:
        NotFoundError: this organisation has no such access.
        ForbiddenError: somebody else's, seen by one who may not end it.
        ConflictError: it is over already.
    """
    row = locked(session, grant_id)
    if row is None or row.customer_id != who.tenant_id:
        raise NotFoundError("no such access")
    is_own = who.delegated is not None and who.delegated.grant_id == grant_id
    if not is_own and not who.may("support.grant"):
        raise ForbiddenError(f"ask an admin of {who.tenant_name} to end this access")
    if not is_active(row.state, row.ends_at, now=now):
        raise ConflictError("this access is over already")
    row.state, row.ended_at, row.ended_by = GrantState.ENDED, now, who.person_name[:NAME_MAX]
    session.flush()
    note_both(session, row, "support_access.ended", now=now, by=who)


def new_row(
    provider_id: UUID, customer_id: UUID, terms: Terms, *, by: Acting, now: datetime
) -> SupportGrant:
    """Give a row of what is asked for, not yet added."""
    return SupportGrant(
        id=new_id(),
        provider_id=provider_id,
        customer_id=customer_id,
        kind=GrantKind.GRANT,
        state=GrantState.ASKED,
        role=Role(terms.role),
        minutes=terms.minutes,
        reason=terms.reason,
        asked_at=now,
        asked_by=by.person_name[:NAME_MAX],
    )


def give(row: SupportGrant, *, by: Acting, now: datetime) -> None:
    """Let a grant begin to hold at this moment."""
    row.state = GrantState.GRANTED
    row.ends_at = now + timedelta(minutes=row.minutes)
    _decide(row, by=by, now=now)


def locked(session: Session, grant_id: UUID) -> SupportGrant | None:
    """Find a grant, locked until the transaction ends; whose it is has to be asked."""
    wanted = select(SupportGrant).where(SupportGrant.id == grant_id)
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def note_both(
    session: Session, row: SupportGrant, action: str, *, now: datetime, by: Acting
) -> None:
    """Note what became of a grant in the audit of the customer and of the provider."""
    from_home = by.delegated is not None  # such a one's deeds reach both by themselves
    facts: dict[str, Fact] = {
        "role": row.role.value,
        "minutes": row.minutes,
        "reason": row.reason,
        "kind": row.kind.value,
    }
    about = About(kind="support_access", id=row.id, name=row.asked_by)
    actor = Actor(name=by.person_name, id=by.vouched_by)
    for one in (row.customer_id,) if from_home else (row.customer_id, row.provider_id):
        note(session, one, action, now=now, about=about, facts=facts, by=actor)


def _decide(row: SupportGrant, *, by: Acting, now: datetime) -> None:
    row.decided_at, row.decided_by = now, by.person_name[:NAME_MAX]
    row.decided_by_id = by.person_id


def _asked(session: Session, customer_id: UUID, grant_id: UUID, *, now: datetime) -> SupportGrant:
    row = locked(session, grant_id)
    if row is None or row.customer_id != customer_id or row.kind is not GrantKind.GRANT:
        raise NotFoundError("no such request")
    _require_open(row, now=now)
    return row


def _require_open(row: SupportGrant, *, now: datetime) -> None:
    if row.state is not GrantState.ASKED:
        raise ConflictError(f"this was {row.state.value} already")
    if not is_open(row.kind, row.state, row.asked_at, now=now):
        raise ConflictError("this was asked too long ago: let it be asked again")


def _require_few(session: Session, who: Acting, customer_id: UUID, *, now: datetime) -> None:
    mine = session.scalars(
        select(SupportGrant).where(
            SupportGrant.provider_id == who.tenant_id,
            SupportGrant.person_id == who.person_id,
            SupportGrant.state == GrantState.ASKED,
        )
    )
    waiting = [one for one in mine if is_open(one.kind, one.state, one.asked_at, now=now)]
    if any(one.customer_id == customer_id and one.kind is GrantKind.GRANT for one in waiting):
        raise ConflictError("you asked this customer already: wait, or withdraw it first")
    if len(waiting) >= OPEN_MOST:
        raise ConflictError(f"you wait for {OPEN_MOST} answers already: withdraw some first")
