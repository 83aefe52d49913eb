"""What a directory does to members: adds them, says what they are called, ends them, takes back.

Whoever is new is invited, as people invite (`tenancy.invitations`): nobody becomes a member before
they accept, and nobody is told whether an address has a sign-in elsewhere. `_bring_in` is the one
place where that is decided. Ending is ending the membership, so that it counts with the person's
next request; what the directory said stays, and so does the id that it knows.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import acting_in
from kernel.db import or_taken
from kernel.errors import ConflictError
from kernel.ids import new_id
from tenancy import members, people
from tenancy._tables import Membership
from tenancy.audit.trail import About, Actor, note
from tenancy.environments import environments_of
from tenancy.invitations._tables import Invitation, holds_at
from tenancy.invitations.model import DAYS_MAX
from tenancy.invitations.store import invite, revoke
from tenancy.members import roles_of
from tenancy.organisations import get_organisation
from tenancy.plans.entitled import require_room_for_member
from tenancy.roles import Role
from tenancy.scim._tables import ScimUser
from tenancy.scim.directory import Entry, get_user, is_taken
from tenancy.scim.documents import Said
from tenancy.scim.errors import TakenError
from tenancy.sign_ins.sessions import end_others

LEAST = Role.VIEWER.value
"""What somebody is who is in no group."""


def create_user(session: Session, tenant_id: UUID, said: Said, *, now: datetime) -> Entry:
    """Add a user: invited at once where they are active.

    Raises:
        TakenError: a member or another user has the name or the address.
        NotInPlanError: the plan holds no more members.
    """
    _require_free(session, tenant_id, said, but=None, now=now)
    row = ScimUser(
        id=new_id(),
        tenant_id=tenant_id,
        role=LEAST,
        is_active=False,
        made_at=now,
        **_columns(said, now),
    )
    with or_taken(session, _taken(said)):
        session.add(row)
    if said.is_active:
        _bring_in(session, row, now=now)
    return get_user(session, tenant_id, row.id, now=now)


def change_user(
    session: Session, tenant_id: UUID, entry: Entry, said: Said, *, now: datetime
) -> Entry:
    """Let a user be as the directory says.

    Raises:
        TakenError: another user has the name or the address.
        ConflictError: they are the last admin, here or in an environment.
        NotInPlanError: the plan holds no more members.
    """
    row = _row_of(session, tenant_id, entry)
    _require_free(session, tenant_id, said, but=row.id, now=now)
    was_invited_elsewhere = entry.standing == "invited" and row.email != said.email
    for name, value in _columns(said, now).items():
        setattr(row, name, value)
    session.flush()
    if entry.is_active and not said.is_active:
        _end(session, row, entry, now=now)
    elif said.is_active and (was_invited_elsewhere or not entry.is_active):
        _take_back(session, row, now=now)
        _bring_in(session, row, now=now)
    elif said.is_active:
        row.is_active = True  # who came back past the directory, and is wanted by it again
        session.flush()
    return get_user(session, tenant_id, row.id, now=now)


def delete_user(session: Session, tenant_id: UUID, entry: Entry, *, now: datetime) -> None:
    """End a user and forget what the directory said; what they made stays.

    Raises:
        ConflictError: they are the last admin, here or in an environment.
    """
    row = _row_of(session, tenant_id, entry)
    _end(session, row, entry, now=now)  # an invitation that ran out could be sent again
    session.delete(row)
    session.flush()


def _row_of(session: Session, tenant_id: UUID, entry: Entry) -> ScimUser:
    """Give what is kept of a user; begun with what they are, under the id that they have."""
    if entry.row is not None:
        return entry.row
    assert entry.membership is not None  # noqa: S101  without a row there is a membership
    row = ScimUser(
        id=entry.id,
        tenant_id=tenant_id,
        user_name=entry.address,
        user_key=entry.address,
        email=entry.address,
        external_id="",
        said={},
        person_id=entry.membership.person_id,
        role=entry.role,
        is_active=True,
        made_at=entry.membership.created_at,
        changed_at=entry.membership.created_at,
    )
    session.add(row)
    session.flush()
    return row


def _bring_in(session: Session, row: ScimUser, *, now: datetime) -> None:
    """Invite somebody, or let them in again whom the directory ended and who accepted once.

    An organisation whose people sign in by its own provider may make them members here at once.
    """
    tenant_id = row.tenant_id
    if row.role not in {word for word, _ in roles_of(session, tenant_id)}:
        row.role = LEAST
    accepted = row.person_id if not row.is_active else None
    person = people.find_active_person(session, accepted) if accepted is not None else None
    row.is_active = True
    if person is not None:
        require_room_for_member(session, tenant_id)
        members.add_member(session, tenant_id, person.id, row.role, now=now)
        about = About(kind="member", id=person.id, name=person.name)
        facts = {"role": row.role, "email": person.email}
        note(session, tenant_id, "member.reactivated", now=now, about=about, facts=facts)
    else:
        row.person_id = None
        row.invitation_id = _invitation(session, row, now=now)
    session.flush()


def _invitation(session: Session, row: ScimUser, *, now: datetime) -> UUID:
    """Invite, or take an invitation over that somebody made by hand and still holds."""
    open_one = session.scalar(
        select(Invitation).where(
            Invitation.tenant_id == row.tenant_id,
            Invitation.email == row.email,
            *holds_at(now),
        )
    )
    if open_one is not None:
        row.role = open_one.role
        return open_one.id
    facts = {"email": row.email, "role": row.role}
    return invite(session, row.tenant_id, now=now, days=DAYS_MAX, **facts).id


def _end(session: Session, row: ScimUser, entry: Entry, *, now: datetime) -> None:
    row.role, row.is_active = entry.role or row.role, False
    if entry.membership is None:
        _take_back(session, row, now=now)
    else:
        _end_membership(session, row, entry.membership.person_id, now=now)
    session.flush()


def _take_back(session: Session, row: ScimUser, *, now: datetime) -> None:
    """Take back the invitation that they have, where it is still open."""
    found = session.get(Invitation, row.invitation_id) if row.invitation_id is not None else None
    if found is not None and found.accepted_at is None and found.revoked_at is None:
        revoke(session, row.tenant_id, found.id, now=now)


def _end_membership(session: Session, row: ScimUser, person_id: UUID, *, now: datetime) -> None:
    """End it here and in the environments, and every session of who belongs nowhere then."""
    who = acting_in(session, row.tenant_id)
    by = Actor(name=who.person_name, id=who.vouched_by) if who is not None else None
    about = About(kind="member", id=person_id, name=row.user_name)
    facts = {"role": row.role, "email": row.email}
    for organisation_id in _with_environments(session, row.tenant_id, person_id):
        _remove(session, organisation_id, person_id, is_here=organisation_id == row.tenant_id)
        note(
            session,
            organisation_id,
            "member.deactivated",
            now=now,
            about=about,
            facts=facts,
            by=by,
        )
    left = session.scalar(select(Membership.id).where(Membership.person_id == person_id).limit(1))
    if left is None:
        end_others(session, person_id, but=None, now=now)


def _with_environments(session: Session, tenant_id: UUID, person_id: UUID) -> list[UUID]:
    """List the organisation and those of its environments that somebody is a member of."""
    tied = [one.organisation_id for one in environments_of(session, tenant_id)]
    known = tied if tied[0] == tenant_id else []  # an environment never ends who is in the live one
    there = session.scalars(
        select(Membership.organisation_id).where(
            Membership.organisation_id.in_({tenant_id, *known}), Membership.person_id == person_id
        )
    )
    return sorted(there)


def _remove(session: Session, organisation_id: UUID, person_id: UUID, *, is_here: bool) -> None:
    try:
        members.remove_member(session, organisation_id, person_id)
    except ConflictError as error:
        if is_here:
            raise
        name = get_organisation(session, organisation_id).name
        raise ConflictError(f"{name}: {error.message}") from error


def _columns(said: Said, now: datetime) -> dict[str, object]:
    return {
        "user_name": said.user_name,
        "user_key": said.user_name.lower(),
        "email": said.email,
        "external_id": said.external_id,
        "said": said.rest,
        "changed_at": now,
    }


def _require_free(
    session: Session, tenant_id: UUID, said: Said, *, but: UUID | None, now: datetime
) -> None:
    for key in {said.user_name.lower(), said.email}:
        if is_taken(session, tenant_id, key=key, but=but, now=now):
            raise _taken(said)


def _taken(said: Said) -> TakenError:
    return TakenError(
        f"userName: a member or another user is {said.user_name} or {said.email} already"
    )
