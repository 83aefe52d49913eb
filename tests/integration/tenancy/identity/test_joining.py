"""Who joins by a provider, and who does not: who went before, a full plan, all at rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.ids import new_id
from tenancy._tables import Organisation
from tenancy.identity.model import Provider
from tenancy.life_cycle.states import State
from tenancy.members import list_members
from tenancy.membership import changing
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scim._tables import ScimUser
from tenancy.scope import as_tenant
from tests.factories.plans import on_plan
from tests.factories.tenancy import NOON
from tests.integration.tenancy.identity.conftest import Browser

MakePerson = Callable[..., PersonView]
NORA: dict[str, Any] = {"email": "nora@acme.example", "email_verified": True}


@pytest.fixture
def provider(set_up: Callable[..., Provider], acme: OrganisationView) -> Provider:
    return set_up(acme, makes_people=True, default_role="viewer")


def wanted_by_directory(
    sessions: sessionmaker[Session], acme: OrganisationView, *, active: bool
) -> None:
    facts: dict[str, Any] = dict.fromkeys(("user_name", "user_key", "email"), NORA["email"])
    facts |= {"role": "viewer", "said": {}, "made_at": NOON, "changed_at": NOON}
    with sessions.begin() as session, as_tenant(session, acme.id):
        session.add(ScimUser(id=new_id(), tenant_id=acme.id, is_active=active, **facts))


def test_who_was_removed_and_never_linked_does_not_join(
    browser: Browser,
    provider: Provider,
    acme: OrganisationView,
    make_person: MakePerson,
    sessions: sessionmaker[Session],
) -> None:
    nora = make_person(NORA["email"], acme)
    with sessions.begin() as session, as_tenant(session, acme.id):
        changing.remove(session, acme.id, nora.id, now=NOON)

    answer = browser.sign_in(provider, **NORA)

    assert (answer.status_code, "invite you again" in answer.text) == (403, True)


def test_whom_a_directory_ended_does_not_join(
    browser: Browser, provider: Provider, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    wanted_by_directory(sessions, acme, active=False)

    answer = browser.sign_in(provider, **NORA)

    assert (answer.status_code, "invite you again" in answer.text) == (403, True)


def rest(sessions: sessionmaker[Session], acme: OrganisationView) -> None:
    with sessions.begin() as session:
        session.get_one(Organisation, acme.id).state = State.SUSPENDED


def test_nobody_joins_beyond_the_plan(
    browser: Browser,
    provider: Provider,
    acme: OrganisationView,
    make_person: MakePerson,
    sessions: sessionmaker[Session],
) -> None:
    make_person("anna@acme.example", acme)
    with sessions.begin() as session:
        on_plan(session, acme, quotas={"members": 1})

    full = browser.sign_in(provider, **NORA)
    member = browser.sign_in(provider, **{**NORA, "email": "anna@acme.example"})

    assert (full.status_code, "no room" in full.text) == (403, True)
    assert member.status_code == 303


def test_nobody_joins_and_no_role_follows_where_nothing_may_be_changed(
    browser: Browser,
    set_up: Callable[..., Provider],
    acme: OrganisationView,
    make_person: MakePerson,
    sessions: sessionmaker[Session],
) -> None:
    mapped = {"groups_claim": "groups", "role_map": (("noc", "operator"),)}
    provider = set_up(acme, makes_people=True, follows_groups=True, **mapped)
    make_person("anna@acme.example", acme)
    rest(sessions, acme)

    new = browser.sign_in(provider, **NORA, groups=["noc"])
    old = browser.sign_in(provider, **{**NORA, "email": "anna@acme.example"}, groups=["noc"])

    assert (new.status_code, "nobody new" in new.text, old.status_code) == (403, True, 303)
    with sessions() as session:
        assert [one.role for one in list_members(session, acme.id)] == ["viewer"]


def test_a_directory_sees_who_joined(
    browser: Browser, provider: Provider, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    wanted_by_directory(sessions, acme, active=True)

    browser.sign_in(provider, **NORA)

    with sessions() as session, as_tenant(session, acme.id):
        assert session.scalar(select(ScimUser.person_id).where(ScimUser.tenant_id == acme.id))
