"""Carries a verdict out: whom a provider's answer leads to, linked, made and signed in, noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError
from kernel.ids import new_id
from kernel.secrets import Vault
from tenancy import members, passwords, people
from tenancy._tables import Membership, Person
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.identity._tables import IdentitySession, LinkedIdentity
from tenancy.identity.claims import IdentityError
from tenancy.identity.deciding import Outcome
from tenancy.identity.judging import Came, may_change
from tenancy.keys.vault import tenant_vault
from tenancy.people import PersonView
from tenancy.scim.linking import link_joined
from tenancy.scope import as_tenant
from tenancy.sign_ins import sessions
from tenancy.sign_ins.browsers import Origin
from tenancy.sign_ins.sessions import Held, Lifetimes

log = structlog.get_logger(__name__)

_TAKEN = "Somebody with your address came in at the same moment. Sign in again."


def bring_in(session: Session, came: Came, *, now: datetime) -> PersonView:
    """Link, make or join who came, as `judged_now` decided in this transaction; give the person.

    `CONFIRM` has to be confirmed by the person's password before this is called.

    Raises:
        IdentityError: somebody came in by the same address at the same moment.
    """
    with as_tenant(session, came.provider.tenant_id):
        person = _person(session, came, now=now)
        if came.verdict.outcome is not Outcome.ENTER:
            _link(session, came, person, now=now)
        _follow_groups(session, came, person, now=now)
    return person


def enter(  # noqa: PLR0913  who, how, where from and for how long
    session: Session,
    came: Came,
    person: PersonView,
    *,
    how: str,
    origin: Origin,
    lifetimes: Lifetimes,
    vault: Vault,
    now: datetime,
) -> Held:
    """Begin a session that opens the provider's organisation alone, noted there and nowhere else.

    What one organisation's provider says of a person is no other organisation's to know.
    """
    people.note_sign_in(session, person.id, now=now)
    held = sessions.begin(session, person.id, how=how, origin=origin, lifetimes=lifetimes, now=now)
    tenant_id = came.provider.tenant_id
    with as_tenant(session, tenant_id):
        seal = tenant_vault(session, tenant_id, vault).encrypt
        session.add(
            IdentitySession(
                tenant_id=tenant_id,
                sign_in_id=held.session.id,
                provider_id=came.provider.id,
                token_sealed=seal(came.id_token) if came.id_token else None,
            )
        )
        session.flush()
    facts: dict[str, Fact] = {
        "how": how,
        "provider": came.provider.name,
        "address": origin.address,
        "browser": origin.browser,
    }
    _note(session, came, "sign_in.made", person, facts, now=now)
    log.info("person_signed_in", person_id=str(person.id), how=how)
    return held


def note_refused(session: Session, came: Came, *, origin: Origin, now: datetime) -> None:
    """Note that somebody came by the provider and was not let in."""
    why = came.verdict.why
    facts: dict[str, Fact] = {
        "why": why.name.lower() if why is not None else "",
        "subject": came.said.subject,
        "email": came.said.email,
        "address": origin.address,
        "browser": origin.browser,
    }
    by = Actor(name="somebody not signed in")
    about = About(kind="identity_provider", id=came.provider.id, name=came.provider.name)
    tenant_id = came.provider.tenant_id
    note(session, tenant_id, "identity.refused", now=now, about=about, facts=facts, by=by)


def _person(session: Session, came: Came, *, now: datetime) -> PersonView:
    verdict, tenant_id = came.verdict, came.provider.tenant_id
    if verdict.person_id is None:
        person = _make(session, came, now=now)
    else:
        found = people.find_active_person(session, verdict.person_id)
        if found is None:
            raise IdentityError(_TAKEN)
        person = found
    if verdict.adds_a_member:
        with or_taken(session, IdentityError(_TAKEN)):
            members.add_member(session, tenant_id, person.id, verdict.role, now=now)
        link_joined(session, tenant_id, email=person.email, person_id=person.id)
        facts: dict[str, Fact] = {"role": verdict.role, "email": person.email}
        _note(session, came, "member.joined", person, facts, now=now)
    return person


def _make(session: Session, came: Came, *, now: datetime) -> PersonView:
    """Make a person with a password that nobody knows; a mailed link lets them choose one."""
    said = came.said
    password = passwords.made_up_password(email=said.email, name=said.name)
    facts = {"email": said.email, "name": said.name, "password": password}
    try:
        with or_taken(session, ConflictError(_TAKEN)):
            person = people.create_person(session, now=now, **facts)
    except ConflictError:
        raise IdentityError(_TAKEN) from None
    except InvalidError as error:
        raise IdentityError(
            f"{came.provider.name} sent no usable account: {error.message}"
        ) from None
    session.get_one(Person, person.id).email_verified_at = now
    session.flush()
    return person


def _link(session: Session, came: Came, person: PersonView, *, now: datetime) -> None:
    with or_taken(session, IdentityError(_TAKEN)):
        session.add(
            LinkedIdentity(
                id=new_id(),
                tenant_id=came.provider.tenant_id,
                provider_id=came.provider.id,
                person_id=person.id,
                issuer=came.said.issuer,
                subject=came.said.subject,
                made_at=now,
            )
        )
        session.flush()
    ways = {Outcome.LINK: "address", Outcome.CONFIRM: "password", Outcome.MAKE: "made"}
    facts: dict[str, Fact] = {
        "provider": came.provider.name,
        "subject": came.said.subject,
        "by": ways[came.verdict.outcome],
    }
    _note(session, came, "identity.linked", person, facts, now=now)


def _follow_groups(session: Session, came: Came, person: PersonView, *, now: datetime) -> None:
    """Give the role of the groups; the last admin stays one, and the audit has the reason.

    Nothing is changed where the state of the organisation allows no change.
    """
    role, tenant_id = came.verdict.role, came.provider.tenant_id
    if not role or came.verdict.adds_a_member or not may_change(session, tenant_id):
        return
    before = _role_word(session, tenant_id, person.id)
    if before == role:
        return
    facts: dict[str, Fact] = {"role": role, "before": before, "provider": came.provider.name}
    try:
        members.change_role(session, tenant_id, person.id, role)
    except (ConflictError, InvalidError) as error:
        log.warning("role_not_followed", person_id=str(person.id), reason=error.message)
        return
    _note(session, came, "member.role_changed", person, facts, now=now)


def _role_word(session: Session, tenant_id: UUID, person_id: UUID) -> str:
    row = session.execute(
        select(Membership.role, Membership.custom_role_id).where(
            Membership.organisation_id == tenant_id, Membership.person_id == person_id
        )
    ).one()
    return f"custom:{row.custom_role_id}" if row.custom_role_id else str(row.role.value)


def _note(
    session: Session,
    came: Came,
    action: str,
    person: PersonView,
    facts: Mapping[str, Fact],
    *,
    now: datetime,
) -> None:
    kind = "member" if action.startswith("member.") else "person"
    about = About(kind=kind, id=person.id, name=person.name)
    by = Actor(name=person.name, id=person.id)
    note(session, came.provider.tenant_id, action, now=now, about=about, facts=facts, by=by)
