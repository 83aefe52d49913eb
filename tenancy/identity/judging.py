"""Who came back from a provider, and what becomes of them: what was said, with whom is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tenancy import people
from tenancy._tables import Membership, Person
from tenancy.audit.trail import About, is_noted
from tenancy.identity._tables import LinkedIdentity
from tenancy.identity.claims import IdentityError, Said, read_said
from tenancy.identity.deciding import (
    Known,
    Verdict,
    Why,
    counts_as_second_factor,
    decide,
    refused,
)
from tenancy.identity.model import Provider
from tenancy.identity.store import hold_on
from tenancy.life_cycle.states import Ability, State, allows
from tenancy.organisations import get_organisation
from tenancy.plans.entitled import NotInPlanError, require_room_for_member
from tenancy.scim.linking import is_ended
from tenancy.scope import as_tenant

BY_PROVIDER, STRONG, WITH_CODE = "provider", "provider_strong", "provider_code"
GONE = "This way to sign in is not there any more. Choose another one."
CHANGED = "How people sign in here was changed in the meantime. Sign in again."
_READ_BY = ("client_id", "groups_claim")
"""By what an answer was asked for and read: where one is another, it has to be asked anew."""
LEFT = ("member.removed", "member.left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Who came back from a provider, and what becomes of them."""

    provider: Provider
    said: Said
    verdict: Verdict
    id_token: str = field(default="", repr=False)

    @property
    def how(self) -> str:
        """The word for how they signed in."""
        return STRONG if counts_as_second_factor(self.said, self.provider) else BY_PROVIDER


def judge(
    session: Session, provider: Provider, claims: Mapping[str, Any], *, id_token: str = ""
) -> Came:
    """Decide what becomes of somebody of whom a provider said this; raises IdentityError."""
    said = read_said(claims, groups_claim=provider.groups_claim)
    return judge_said(session, provider, said, id_token=id_token)


def judge_said(session: Session, provider: Provider, said: Said, *, id_token: str = "") -> Came:
    """Decide it of what was read already."""
    tenant_id = provider.tenant_id
    with as_tenant(session, tenant_id):
        mine = (LinkedIdentity.tenant_id == tenant_id, LinkedIdentity.provider_id == provider.id)
        named = (LinkedIdentity.issuer == said.issuer, LinkedIdentity.subject == said.subject)
        linked_id = session.scalar(select(LinkedIdentity.person_id).where(*mine, *named))
        found = people.find_by_email(session, said.email) if said.email else None
        linked = _known(session, provider, linked_id)
        owner = _known(session, provider, found.id if found is not None else None)
        ended = _was_ended(session, provider, said, owner)
        verdict = decide(said, provider, linked=linked, owner=owner, ended=ended)
        why = _why_nobody_joins(session, tenant_id) if verdict.adds_a_member else None
    verdict = refused(why) if why is not None else verdict
    return Came(provider=provider, said=said, verdict=verdict, id_token=id_token)


def judged_now(session: Session, came: Came) -> Came:
    """Judge anew by the provider as it is now, which stays so to the transaction's end.

    Between going to a provider and coming in an admin may have switched it off, or changed what it
    gives; a role may be another, what is done with whom may not.

    Raises:
        IdentityError: the provider is off, or something else would be done now.
    """
    tenant_id = came.provider.tenant_id
    with as_tenant(session, tenant_id):
        present = hold_on(session, tenant_id, came.provider.id)
    if present is None:
        raise IdentityError(GONE)
    is_same = came.said.issuer == present.issuer and all(
        getattr(came.provider, name) == getattr(present, name) for name in _READ_BY
    )
    again = judge_said(session, present, came.said, id_token=came.id_token)
    if not is_same or replace(again.verdict, role="") != replace(came.verdict, role=""):
        raise IdentityError(CHANGED)
    return again


def _known(session: Session, provider: Provider, person_id: UUID | None) -> Known | None:
    if person_id is None:
        return None
    row = session.get(Person, person_id)
    if row is None:
        return None
    member = (Membership.organisation_id == provider.tenant_id, Membership.person_id == person_id)
    other = (
        LinkedIdentity.tenant_id == provider.tenant_id,
        LinkedIdentity.provider_id == provider.id,
        LinkedIdentity.person_id == person_id,
    )
    found = session.execute(select(exists().where(*member), exists().where(*other))).one()
    return Known(id=row.id, is_active=row.is_active, is_member=found[0], has_other=found[1])


def _why_nobody_joins(session: Session, tenant_id: UUID) -> Why | None:
    """Say why an organisation gets no new member now: its state, or its plan."""
    if not may_change(session, tenant_id):
        return Why.AT_REST
    try:
        require_room_for_member(session, tenant_id)
    except NotInPlanError:
        return Why.NO_ROOM
    return None


def may_change(session: Session, tenant_id: UUID) -> bool:
    """Tell whether the state of an organisation allows that its members change."""
    return allows(State(get_organisation(session, tenant_id).state), Ability.CHANGE)


def _was_ended(session: Session, provider: Provider, said: Said, owner: Known | None) -> bool:
    """Tell whether somebody who is no member was one, or was ended by a directory."""
    if not said.email or (owner is not None and owner.is_member):
        return False
    tenant_id, person_id = provider.tenant_id, owner.id if owner is not None else None
    if is_ended(session, tenant_id, email=said.email, person_id=person_id):
        return True
    about = About(kind="member", id=person_id or "")
    return person_id is not None and is_noted(session, tenant_id, LEFT, about)
