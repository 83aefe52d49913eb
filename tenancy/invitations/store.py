"""Inviting people into an organisation, sending links again, and taking invitations back.

Who accepts is in `tenancy.invitations.accepting`. Only the digest of a link's key is kept; the key
is in the mail, or shown to who invites where no mail can be sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import acting_in
from kernel.cursors import read_place
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id, new_secret, sha256_of
from tenancy import members, people
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.custom_roles.holding import name_of, require_role
from tenancy.invitations._tables import Invitation
from tenancy.invitations.model import (
    DAYS,
    DAYS_MAX,
    OPEN_MAX,
    SEND_AGAIN_AFTER,
    SENDS_MAX,
    InvitationView,
    Invited,
    state_of,
)
from tenancy.mails import outbox
from tenancy.mails.outbox import Wish
from tenancy.organisations import get_organisation
from tenancy.plans.entitled import require_room_for_member
from tenancy.rows import get_owned

_OPEN = (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


def invite(
    session: Session, tenant_id: UUID, *, email: str, role: str, now: datetime, days: int = DAYS
) -> Invited:
    """Invite somebody into an organisation, and write the mail that tells them.

    Raises:
        InvalidError: naming the field: email, role or days.
        ConflictError: the person is a member, or invited already, or too many are.
    """
    address = people.read_email(email)
    wanted = require_role(session, tenant_id, role)
    if not 1 <= days <= DAYS_MAX:
        message = f"days: choose 1 to {DAYS_MAX}"
        raise InvalidError(message, problems=[Problem("/days", message)])
    if members.is_member(session, tenant_id, address):
        raise ConflictError(f"{address} is a member already: change the role instead")
    refusal = ConflictError(f"{address} is invited already: send the invitation again instead")
    _make_room(session, tenant_id, address, refusal, now=now)
    require_room_for_member(session, tenant_id)
    key = new_secret("inv")
    row = Invitation(
        id=new_id(),
        tenant_id=tenant_id,
        email=address,
        role=wanted.word,
        digest=sha256_of(key),
        days=days,
        made_at=now,
        made_by=_who_invites(session, tenant_id),
        link_made_at=now,
        expires_at=now + timedelta(days=days),
    )
    with or_taken(session, refusal):
        session.add(row)
    return _told(session, row, key, "invitation.made", now=now)


def send_again(session: Session, tenant_id: UUID, invitation_id: UUID, *, now: datetime) -> Invited:
    """Make a new link for an open invitation, mail it, and end the one before.

    Raises:
        NotFoundError: no such open invitation.
        ConflictError: the last link is less than a minute old, or there were too many.
    """
    row = _get_open(session, tenant_id, invitation_id)
    if now - row.link_made_at < SEND_AGAIN_AFTER:
        raise ConflictError("a link was made less than a minute ago: wait a moment")
    if row.sends >= SENDS_MAX:
        raise ConflictError(
            f"{row.email} got {SENDS_MAX} links already: ask them, or take the invitation back"
        )
    outbox.take_back(session, row.id)
    key = new_secret("inv")
    row.digest, row.link_made_at = sha256_of(key), now
    row.expires_at = now + timedelta(days=row.days)
    row.sends += 1
    return _told(session, row, key, "invitation.sent_again", now=now)


def revoke(session: Session, tenant_id: UUID, invitation_id: UUID, *, now: datetime) -> str:
    """Take an open invitation back: its link ends at once; give whose it was.

    Raises:
        NotFoundError: no such open invitation.
    """
    row = _get_open(session, tenant_id, invitation_id)
    row.revoked_at = now
    outbox.take_back(session, row.id)
    note(session, tenant_id, "invitation.revoked", now=now, about=about_of(row))
    session.flush()
    return row.email


def list_open(
    session: Session,
    tenant_id: UUID,
    *,
    now: datetime,
    q: str = "",
    limit: int = OPEN_MAX,
    after: Sequence[str] | None = None,
) -> list[InvitationView]:
    """List open invitations by address, those that ran out too; `q` is part of an address."""
    wanted = select(Invitation).where(Invitation.tenant_id == tenant_id, *_OPEN)
    if q.strip():
        wanted = wanted.where(Invitation.email.contains(q.strip().lower(), autoescape=True))
    if after is not None:
        wanted = wanted.where(Invitation.email > read_place(after, str)[0])
    rows = list(session.scalars(wanted.order_by(Invitation.email).limit(limit)))
    fates = outbox.fates_of(session, [row.id for row in rows])
    return [_view(session, row, fates.get(row.id), now=now) for row in rows]


def get_open(
    session: Session, tenant_id: UUID, invitation_id: UUID, *, now: datetime
) -> InvitationView:
    """Give one open invitation; raises NotFoundError."""
    row = _get_open(session, tenant_id, invitation_id)
    return _view(session, row, outbox.fates_of(session, [row.id]).get(row.id), now=now)


def count_open(session: Session, tenant_id: UUID) -> int:
    """Count the open invitations."""
    wanted = select(func.count(Invitation.id)).where(Invitation.tenant_id == tenant_id, *_OPEN)
    return session.scalar(wanted) or 0


def about_of(row: Invitation) -> About:
    """Name an invitation for the audit."""
    return About(kind="invitation", id=row.id, name=row.email)


def _make_room(
    session: Session, tenant_id: UUID, address: str, refusal: ConflictError, *, now: datetime
) -> None:
    """Let an invitation that ran out give way to a new one; refuse beside one that still holds."""
    held = session.scalar(
        select(Invitation).where(
            Invitation.tenant_id == tenant_id, Invitation.email == address, *_OPEN
        )
    )
    if held is not None:
        if held.expires_at > now:
            raise refusal
        held.revoked_at = now
        session.flush()
    if count_open(session, tenant_id) >= OPEN_MAX:
        raise ConflictError(
            f"{OPEN_MAX} invitations are open: take some back, or wait until they are accepted"
        )


def _told(session: Session, row: Invitation, key: str, action: str, *, now: datetime) -> Invited:
    """Write the mail with the link, and the audit."""
    invited_facts = {
        "organisation": get_organisation(session, row.tenant_id).name,
        "invited_by": row.made_by or "Somebody",
        "role": name_of(session, row.tenant_id, row.role),
        "until": f"{row.expires_at:%Y-%m-%d %H:%M} UTC",
    }
    wish = Wish(
        kind="invitation",
        to=row.email,
        facts=invited_facts,
        path=f"/join/{key}",
        until=row.expires_at,
        organisation_id=row.tenant_id,
        about_id=row.id,
    )
    row.is_mailed = outbox.write_mail(session, wish, now=now)
    facts: dict[str, Fact] = {"role": row.role, "days": row.days, "by_mail": row.is_mailed}
    note(session, row.tenant_id, action, now=now, about=about_of(row), facts=facts)
    session.flush()
    return Invited(
        id=row.id,
        email=row.email,
        role=row.role,
        key=key,
        expires_at=row.expires_at,
        is_mailed=row.is_mailed,
    )


def _who_invites(session: Session, tenant_id: UUID) -> str:
    who = acting_in(session, tenant_id)
    return who.person_name if who is not None else ""


def _get_open(session: Session, tenant_id: UUID, invitation_id: UUID) -> Invitation:
    row = get_owned(session, Invitation, tenant_id, invitation_id, name="invitation", lock=True)
    if row.accepted_at is not None or row.revoked_at is not None:
        raise NotFoundError("no such open invitation")
    return row


def _view(
    session: Session, row: Invitation, fate: outbox.Fate | None, *, now: datetime
) -> InvitationView:
    state = state_of(is_mailed=row.is_mailed, is_expired=row.expires_at <= now, fate=fate)
    return InvitationView(
        id=row.id,
        email=row.email,
        role=row.role,
        role_name=name_of(session, row.tenant_id, row.role),
        state=state.value,
        failed=fate.failed if fate is not None else "",
        made_at=row.made_at,
        made_by=row.made_by,
        link_made_at=row.link_made_at,
        expires_at=row.expires_at,
        sends=row.sends,
    )
