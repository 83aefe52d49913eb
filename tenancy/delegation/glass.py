"""Break-glass: two of a provider's people let one of them in when a customer is out of reach.

One asks with a reason; another, who may change customers, confirms within a quarter of an hour.
It holds for an hour at most, the customer's admins are told at once, and it stays before them
until one of them has looked at it. An organisation may say no to all of this.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, NotFoundError
from tenancy.audit.trail import note
from tenancy.delegation._tables import (
    NAME_MAX,
    BreakGlassPolicy,
    GrantKind,
    SupportGrant,
)
from tenancy.delegation.granting import give, locked, new_row, note_both
from tenancy.delegation.reading import allows_glass, customer_below, grants_of_customer, is_over
from tenancy.delegation.rules import GLASS_MINUTES_MOST, GrantView, Terms, checked, is_open
from tenancy.mails.outbox import Wish, write_mail
from tenancy.members import MemberView, list_members
from tenancy.organisations import get_organisation

CONFIRMS = "customers.edit"


def ask_glass(session: Session, who: Acting, slug: str, terms: Terms, *, now: datetime) -> UUID:
    """Ask to break a customer's glass; a second person has to confirm.

    Raises:
        InvalidError: naming the field.
        ConflictError: the customer allows no break-glass.
    """
    wanted = checked(terms, most=GLASS_MINUTES_MOST)
    customer = customer_below(session, who.tenant_id, slug)
    if not allows_glass(session, customer.id):
        raise ConflictError(f"{customer.name} allows no break-glass: ask for access instead")
    row = new_row(who.tenant_id, customer.id, wanted, by=who, now=now)
    row.kind, row.person_id = GrantKind.BREAK_GLASS, who.person_id
    session.add(row)
    session.flush()
    note_both(session, row, "break_glass.asked", now=now, by=who)
    return row.id


def confirm_glass(session: Session, who: Acting, grant_id: UUID, *, now: datetime) -> None:
    """Let a colleague in, as the second person.

    Raises:
        NotFoundError: nothing like it was asked here.
        ForbiddenError: it is the same person, or one who may not confirm.
        ConflictError: it was confirmed, is too old, or the customer says no to break-glass.
    """
    row = _asked(session, who, grant_id)
    why_not = why_not_confirm(who.person_id, asked_by=row.person_id, may_confirm=who.may(CONFIRMS))
    if why_not:
        raise ForbiddenError(why_not)
    if not is_open(row.kind, row.state, row.asked_at, now=now):
        raise ConflictError("this was answered, or asked more than 15 minutes ago: ask again")
    if not allows_glass(session, row.customer_id):
        raise ConflictError("this customer allows no break-glass any more")
    if not is_over(session, row.provider_id, row.customer_id):
        raise NotFoundError("no such request")
    give(row, by=who, now=now)
    session.flush()
    tell_admins(session, row, by=who, now=now)


def why_not_confirm(person_id: UUID | None, *, asked_by: UUID | None, may_confirm: bool) -> str:
    """Say why somebody may not confirm a break-glass; "" when they may: two people, always."""
    if person_id is None or asked_by is None:
        return "only a person confirms what a person asked"
    if person_id == asked_by:
        return "you asked for this yourself: a second person has to confirm it"
    return "" if may_confirm else "only who may change customers confirms a break-glass"


def tell_admins(session: Session, row: SupportGrant, *, by: Acting, now: datetime) -> None:
    """Tell a customer that its glass was broken: in both audits, and by a mail to each admin.

    Its pages read the row itself. Where no mail can be sent, that is what tells them.
    """
    note_both(session, row, "break_glass.confirmed", now=now, by=by)
    customer = get_organisation(session, row.customer_id)
    facts = {
        "organisation": customer.name,
        "provider": get_organisation(session, row.provider_id).name,
        "person": row.asked_by,
        "confirmed_by": by.person_name,
        "role": row.role.value,
        "reason": row.reason,
        "until": f"{row.ends_at:%Y-%m-%d %H:%M} UTC",
    }
    path = f"/t/{customer.slug}/support-access"
    for one in admins_of(session, customer.id):
        told: dict[str, Any] = {"organisation_id": customer.id, "about_id": row.id}
        wish = Wish(kind="break_glass", to=one.email, facts=facts, path=path, **told)
        write_mail(session, wish, now=now)


def admins_of(session: Session, customer_id: UUID) -> list[MemberView]:
    """List who is told: the members who may let support in."""
    return [one for one in list_members(session, customer_id) if "support.grant" in one.permissions]


def unseen(session: Session, customer_id: UUID) -> list[GrantView]:
    """List the broken glasses that nobody of the customer has looked at, the newest first."""
    return [
        one
        for one in grants_of_customer(session, customer_id)
        if one.is_glass and one.ends_at is not None and one.seen_at is None
    ]


def mark_seen(session: Session, who: Acting, grant_id: UUID, *, now: datetime) -> None:
    """Note that a customer's admin has looked at a break-glass.

    Raises:
        NotFoundError: there is none.
    """
    row = locked(session, grant_id)
    is_mine = row is not None and row.customer_id == who.tenant_id and row.ends_at is not None
    if row is None or not is_mine or row.kind is not GrantKind.BREAK_GLASS:
        raise NotFoundError("no such break-glass")
    if row.seen_at is None:
        row.seen_at, row.seen_by = now, who.person_name[:NAME_MAX]
        session.flush()
        note_both(session, row, "break_glass.reviewed", now=now, by=who)


def set_glass_allowed(session: Session, who: Acting, *, allowed: bool, now: datetime) -> None:
    """Say whether the provider may break the glass; what holds already is ended apart."""
    if allowed == allows_glass(session, who.tenant_id):
        return
    if allowed:
        session.execute(delete(BreakGlassPolicy).where(BreakGlassPolicy.tenant_id == who.tenant_id))
    else:
        by = who.person_name[:NAME_MAX]
        session.add(BreakGlassPolicy(tenant_id=who.tenant_id, since=now, by=by))
    session.flush()
    action = "break_glass.allowed" if allowed else "break_glass.forbidden"
    note(session, who.tenant_id, action, now=now)


def _asked(session: Session, who: Acting, grant_id: UUID) -> SupportGrant:
    row = locked(session, grant_id)
    is_ours = row is not None and row.provider_id == who.tenant_id
    if row is None or not is_ours or row.kind is not GrantKind.BREAK_GLASS:
        raise NotFoundError("no such request")
    return row
