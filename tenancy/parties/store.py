"""Customers as parties: the services of `tenancy.customers`, in the shapes of the TM Forum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, Problem
from tenancy.customers import moving
from tenancy.customers.adding import Wanted, add_customer
from tenancy.customers.charge import CustomerFilter, get_customer, list_customers
from tenancy.customers.first_admin import invite_admin_again, waiting_admins
from tenancy.customers.listing import Order, list_page, names_of
from tenancy.invitations.model import Invited
from tenancy.life_cycle.changing import Wish, change_state
from tenancy.life_cycle.states import TRIAL_DAYS, State
from tenancy.members import list_members
from tenancy.organisations import OrganisationView
from tenancy.parties._tables import PartyNote
from tenancy.parties.documents import (
    Party,
    admin_email,
    kept_of,
    merged,
    provider_of,
    short_name,
)
from tenancy.parties.states import asked_for

LOOKED_AT_MAX = 10_000
_NEEDS_REASON = (State.SUSPENDED, State.CLOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was added or changed, and who was invited by that; None where nobody was."""

    party: Party
    invited: Invited | None = None
    is_new: bool = False


def page_of_parties(
    session: Session, who: Acting, *, offset: int, limit: int
) -> tuple[list[Party], int]:
    """List a part of the organisations that who acts looks after, and say how many there are."""
    found = list_page(session, who, CustomerFilter(), Order(limit=limit, offset=offset))
    return _parties(session, found.customers), found.total


def all_parties(session: Session, who: Acting) -> list[Party]:
    """List all of them, to be looked at one by one; raises InvalidError where they are too many."""
    found = list_customers(session, who, CustomerFilter(), limit=LOOKED_AT_MAX + 1)
    if len(found) > LOOKED_AT_MAX:
        raise InvalidError(
            f"over {LOOKED_AT_MAX:,} would have to be looked at: list without filter"
        )
    return _parties(session, found)


def get_party(session: Session, who: Acting, organisation_id: UUID) -> Party:
    """Give one; raises NotFoundError."""
    return _parties(session, [get_customer(session, who, organisation_id)])[0]


def add_party(session: Session, who: Acting, said: Mapping[str, Any], *, now: datetime) -> Made:
    """Add an organisation as an organization that was sent says, and invite its first admin.

    Raises:
        NotFoundError: whom it is to stand under is not there.
        InvalidError: naming the field.
        ConflictError: the short name is taken, or the parent is not at work.
    """
    if said.get("status") == "closed":
        raise _invalid("status", "a new organization is initialized (on trial) or validated")
    usual = "csp" if who.tenant_kind == "vendor" else "customer"
    wanted = Wanted(
        name=said["name"],
        kind=said.get("organizationType", usual),
        slug=short_name(said),
        parent_id=provider_of(said),
        admin_email=admin_email(said),
        trial_days=TRIAL_DAYS if said.get("status") == "initialized" else 0,
    )
    added = add_customer(session, who, wanted, now=now)
    _keep(session, added.organisation.id, kept_of(said), now=now)
    party = get_party(session, who, added.organisation.id)
    return Made(party=party, invited=added.invited, is_new=True)


def change_party(
    session: Session, who: Acting, organisation_id: UUID, said: Mapping[str, Any], *, now: datetime
) -> Made:
    """Change what a merge patch of an organization names, all of it or nothing.

    Raises:
        NotFoundError: it is not there, or whom it is to stand under is not.
        InvalidError: naming the field.
        ConflictError: its state is not followed by the one that is asked for.
    """
    one = get_customer(session, who, organisation_id)
    if "name" in said:
        one = moving.rename_customer(session, who, one.id, said["name"], now=now)
    wish = asked_for(said["status"], State(one.state)) if "status" in said else None
    if wish is not None:
        reason = f"Set to {said['status']} by a system of {who.tenant_name}"
        change_state(session, one.id, Wish(to=wish, reason=reason), who=who, now=now)
    return _settled(session, who, one, said, now=now)


def add_role(session: Session, who: Acting, said: Mapping[str, Any], *, now: datetime) -> Made:
    """Let an organisation have a role: one that is there has it, one that is only named is added.

    Raises:
        NotFoundError: the engaged party is not there.
        InvalidError: naming the field.
        ConflictError: it has another role, or its state is not followed by the one asked for.
    """
    engaged = said["engagedParty"]
    if "id" in engaged:
        one = get_customer(session, who, UUID(engaged["id"]))
        if one.kind != said["name"]:
            raise ConflictError(f"{one.name} is a {one.kind}: its role cannot become another")
        return change_role(session, who, one.id, said, now=now)
    if not engaged.get("name"):
        raise _invalid("engagedParty", "say the id of an organization, or the name of a new one")
    shared = {name: said[name] for name in ("contactMedium", "relatedParty") if name in said}
    status = "initialized" if said.get("status") == State.TRIAL.value else "validated"
    if said.get("status") not in (None, State.TRIAL.value, State.ACTIVE.value):
        raise _invalid("status", "what is new is on trial or active")
    if "statusReason" in said:
        raise _invalid("statusReason", "it goes with a change of status, and what is new has none")
    named = {"name": engaged["name"], "organizationType": said["name"], "status": status}
    return add_party(session, who, {**shared, **named}, now=now)


def change_role(
    session: Session, who: Acting, organisation_id: UUID, said: Mapping[str, Any], *, now: datetime
) -> Made:
    """Change what a merge patch of a role names; raises as `change_party` does."""
    one = get_customer(session, who, organisation_id)
    status = said.get("status", one.state)
    if status != one.state:
        reason = said.get("statusReason", "")
        if State(status) in _NEEDS_REASON and not reason.strip():
            raise _invalid("statusReason", "say why: its own people read it")
        change_state(session, one.id, Wish(to=State(status), reason=reason), who=who, now=now)
    elif " ".join(said.get("statusReason", one.state_reason).split()) != one.state_reason:
        raise _invalid("statusReason", "it goes with a change of status: say another one too")
    return _settled(session, who, one, said, now=now)


def _settled(
    session: Session, who: Acting, one: OrganisationView, said: Mapping[str, Any], *, now: datetime
) -> Made:
    """Do what both shapes say alike: where it stands, what is kept, who is invited."""
    above = provider_of(said)
    if above is not None and above != one.parent_id:
        moving.move_customer(session, who, one.id, above, now=now)
    _keep(session, one.id, kept_of(said), now=now)
    invited = _invited(session, who, one, admin_email(said), now=now)
    return Made(party=get_party(session, who, one.id), invited=invited)


def _invited(
    session: Session, who: Acting, one: OrganisationView, email: str, *, now: datetime
) -> Invited | None:
    """Invite a first admin where nobody is one and no link of that address holds still."""
    if not email or any(each.role == "admin" for each in list_members(session, one.id)):
        return None
    waiting = waiting_admins(session, one.id, now=now)
    held = [each for each in waiting if each.expires_at > now]
    if any(each.email == email.strip().lower() for each in held):
        return None
    return invite_admin_again(session, who, one.id, email=email, now=now)


def _keep(
    session: Session, organisation_id: UUID, said: Mapping[str, Any], *, now: datetime
) -> None:
    if not said:
        return
    row = _locked_note(session, organisation_id, now=now)
    row.said, row.changed_at = merged(row.said, said), now
    session.flush()


def _locked_note(session: Session, organisation_id: UUID, *, now: datetime) -> PartyNote:
    """Give what is kept, locked, so that of two who change it at once neither is lost."""
    key = organisation_id
    row = session.get(PartyNote, key, with_for_update=True, populate_existing=True)
    if row is None:
        refusal = ConflictError("somebody else changed it at the same moment: send it again")
        with or_taken(session, refusal):
            row = PartyNote(organisation_id=key, said={}, changed_at=now)
            session.add(row)
    return row


def _parties(session: Session, found: Sequence[OrganisationView]) -> list[Party]:
    ids = [one.id for one in found]
    rows = session.scalars(select(PartyNote).where(PartyNote.organisation_id.in_(ids)))
    notes = {row.organisation_id: row.said for row in rows}
    above = {one.parent_id for one in found if one.parent_id is not None}
    names = names_of(session, above) if above else {}
    return [
        Party(
            organisation=one,
            above=names.get(one.parent_id, "") if one.parent_id is not None else "",
            said=notes.get(one.id, {}),
        )
        for one in found
    ]


def _invalid(field: str, words: str) -> InvalidError:
    message = f"{field}: {words}"
    return InvalidError(message, problems=[Problem(f"/{field}", message)])
