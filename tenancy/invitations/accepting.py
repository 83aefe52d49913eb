"""Accepting an invitation by the key of its link.

Whoever has the key of a link that was mailed reads the mail of its address: that proves the
address. A link that was handed over by hand proves nothing, and its address stays unproved.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, ForbiddenError, NotFoundError
from kernel.ids import sha256_of
from tenancy import members, people
from tenancy._tables import Person
from tenancy.audit.trail import About, Actor, note
from tenancy.custom_roles.holding import name_of
from tenancy.invitations._tables import Invitation
from tenancy.invitations.model import Joined, Offer
from tenancy.invitations.store import about_of
from tenancy.organisations import get_organisation
from tenancy.scim.linking import link_joined
from tenancy.scope import as_tenant, system

GONE = (
    "This link no longer works: it was used, replaced by a newer one, taken back, or it ran out. "
    "Ask whoever invited you for a new one."
)
KNOWN = "somebody signs in with this e-mail address already: sign in, and open the link again"


def find_offer(session: Session, key: str, *, now: datetime) -> Offer:
    """Give what a key offers.

    Raises:
        NotFoundError: it opens nothing, or nothing any more; which of the two is not said.
    """
    row = _open_by(session, key, now=now)
    return Offer(
        tenant_id=row.tenant_id,
        tenant_name=get_organisation(session, row.tenant_id).name,
        email=row.email,
        role=name_of(session, row.tenant_id, row.role),
        invited_by=row.made_by,
        expires_at=row.expires_at,
        is_known=people.find_by_email(session, row.email) is not None,
    )


def accept_as_new(session: Session, key: str, *, name: str, password: str, now: datetime) -> Joined:
    """Make a person of a name and a password, and a member of them.

    Raises:
        NotFoundError: the key opens nothing.
        InvalidError: naming the field.
        ConflictError: somebody signs in with the address already.
    """
    row = _open_by(session, key, now=now, lock=True)
    facts = {"email": row.email, "name": name, "password": password}
    with or_taken(session, ConflictError(KNOWN)):
        person = people.create_person(session, now=now, **facts)
    return _accept(session, row, person.id, now=now)


def accept_as(session: Session, key: str, *, person_id: UUID, now: datetime) -> Joined:
    """Make a member of somebody who is signed in with the address that was invited.

    Raises:
        NotFoundError: the key opens nothing.
        ForbiddenError: they are signed in with another address.
    """
    row = _open_by(session, key, now=now, lock=True)
    person = people.find_active_person(session, person_id)
    if person is None or person.email != row.email:
        raise ForbiddenError(f"this invitation is for {row.email}: sign in with that address")
    return _accept(session, row, person_id, now=now)


def _open_by(session: Session, key: str, *, now: datetime, lock: bool = False) -> Invitation:
    """Find the open invitation of a key; locked, so that of two who accept one comes second."""
    wanted = select(Invitation).where(Invitation.digest == sha256_of(key))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    with system(session):
        row = session.scalar(wanted)
    is_open = row is not None and row.accepted_at is None and row.revoked_at is None
    if row is None or not is_open or row.expires_at <= now:
        raise NotFoundError(GONE)
    return row


def _accept(session: Session, row: Invitation, person_id: UUID, *, now: datetime) -> Joined:
    tenant = get_organisation(session, row.tenant_id)
    person = session.get_one(Person, person_id)
    is_new = not members.is_member(session, row.tenant_id, row.email)
    by = Actor(name=person.name, id=person.id)
    with as_tenant(session, row.tenant_id):
        if is_new:
            members.add_member(session, row.tenant_id, person_id, row.role, now=now)
        row.accepted_at, row.accepted_by = now, person_id
        session.flush()
        link_joined(
            session,
            row.tenant_id,
            invitation_id=row.id,
            email=row.email,
            person_id=person_id,
        )
    if row.is_mailed:
        person.email_verified_at = person.email_verified_at or now
    note(session, tenant.id, "invitation.accepted", now=now, about=about_of(row), by=by)
    if is_new:
        about = About(kind="member", id=person_id, name=person.name)
        facts = {"role": row.role, "email": row.email}
        note(session, tenant.id, "member.joined", now=now, about=about, facts=facts, by=by)
    return Joined(
        person_id=person_id, tenant_slug=tenant.slug, tenant_name=tenant.name, is_new=is_new
    )
