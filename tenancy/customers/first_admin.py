"""The first admin of a customer: invited by who looks after it, and again when a link was lost.

Only while nobody is admin there. Afterwards the organisation's own admins say who comes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting, acting_as
from kernel.errors import ConflictError, InvalidError, Problem
from tenancy.audit.trail import About, note
from tenancy.customers.charge import get_customer
from tenancy.invitations.model import InvitationView, Invited
from tenancy.invitations.store import invite, list_open, revoke, send_again
from tenancy.life_cycle.states import State
from tenancy.members import list_members
from tenancy.organisations import OrganisationView
from tenancy.people import read_email
from tenancy.roles import Role, possible_in
from tenancy.scope import as_tenant


def invite_first_admin(
    session: Session, who: Acting, one: OrganisationView, email: str, *, now: datetime
) -> Invited:
    """Invite somebody as admin of an organisation that who acts was found to look after.

    Raises:
        InvalidError: the address is none.
        ConflictError: the person is invited already.
    """
    with _acting_there(session, who, one):
        return invite(session, one.id, email=email, role=Role.ADMIN.value, now=now)


def invite_admin_again(
    session: Session, who: Acting, organisation_id: UUID, *, email: str = "", now: datetime
) -> Invited:
    """Make a new link for the first admin; the one before ends at once.

    `email` says whom it is for, "" for whoever was invited. Another address than before takes the
    earlier invitation back.

    Raises:
        NotFoundError: who acts does not look after it.
        InvalidError: the address is none, or none is given and nobody was invited.
        ConflictError: somebody is admin there already, it is closed, or the last link is less than
            a minute old.
    """
    one = get_customer(session, who, organisation_id)
    _require_nobody(session, one)
    open_ones = waiting_admins(session, one.id, now=now)
    address = read_email(email) if email.strip() else _only_address(open_ones)
    with _acting_there(session, who, one):
        made = None
        for earlier in open_ones:
            if earlier.email == address:
                made = send_again(session, one.id, earlier.id, now=now)
            else:
                revoke(session, one.id, earlier.id, now=now)
        if made is None:
            made = invite(session, one.id, email=address, role=Role.ADMIN.value, now=now)
    about = About(kind="organisation", id=one.id, name=one.name)
    note(session, who.tenant_id, "customer.admin_invited", now=now, about=about)
    return made


def waiting_admins(session: Session, tenant_id: UUID, *, now: datetime) -> list[InvitationView]:
    """List who is invited as admin and has not come yet, those whose link ran out too."""
    with as_tenant(session, tenant_id):
        found = list_open(session, tenant_id, now=now)
    return [one for one in found if one.role == Role.ADMIN.value]


def _require_nobody(session: Session, one: OrganisationView) -> None:
    if one.state == State.CLOSED.value:
        raise ConflictError(f"{one.name} is closed: nobody gets in any more")
    if any(each.role_word == Role.ADMIN.value for each in list_members(session, one.id)):
        raise ConflictError(
            f"{one.name} has an admin already: its own admins invite others, and a forgotten "
            "password is chosen anew at the sign-in"
        )


def _only_address(open_ones: list[InvitationView]) -> str:
    if len(open_ones) != 1:
        message = "admin_email: write the address of who is to be the first admin"
        raise InvalidError(message, problems=[Problem("/admin_email", message)])
    return open_ones[0].email


@contextmanager
def _acting_there(session: Session, who: Acting, one: OrganisationView) -> Iterator[None]:
    """Let the invitation, its mail and the audit there name the person and their organisation."""
    named = f"{who.person_name} ({who.tenant_name})"
    there = replace(
        who,
        tenant_id=one.id,
        tenant_name=one.name,
        person_name=named,
        permissions=possible_in(one.kind),
    )
    with as_tenant(session, one.id), acting_as(session, there):
        yield
