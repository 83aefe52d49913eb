"""What a session that a provider opened may do of the account, and what it stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.http import db_session
from tenancy.access import acting_for
from tenancy.delegation import granting
from tenancy.delegation.rules import Terms
from tenancy.identity._tables import IdentityProvider
from tenancy.identity.asking import PARTS, Answer, Asker
from tenancy.identity.model import Provider
from tenancy.members import add_member, list_members
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tenancy.sign_ins._tables import SignIn
from tests.factories.tenancy import PASSWORD, make_customer, make_member
from tests.integration.tenancy.identity.conftest import Browser

NORA: dict[str, Any] = {"email": "nora@acme.example", "email_verified": True}


@pytest.fixture
def by_provider(
    browser: Browser,
    set_up: Callable[..., Provider],
    acme: OrganisationView,
    make_person: Callable[..., PersonView],
) -> FlaskClient:
    make_person("nora@acme.example", acme)
    browser.sign_in(set_up(acme, strong_values=("mfa",)), **NORA)
    return browser.client


def ways(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(SignIn.how).where(SignIn.ended_at.is_(None))))


@pytest.fixture
def provider(set_up: Callable[..., Provider], acme: OrganisationView) -> Provider:
    mapped = {"groups_claim": "groups", "role_map": (("noc", "operator"),)}
    return set_up(acme, makes_people=True, default_role="viewer", **mapped)


def meanwhile(
    browser: Browser, sessions: sessionmaker[Session], provider: Provider, **changed: Any
) -> None:
    """Let somebody change the provider while it is asked for a token."""

    def change(_claims: dict[str, Any]) -> None:
        with sessions.begin() as session, as_tenant(session, provider.tenant_id):
            row = session.get_one(IdentityProvider, provider.id)
            for name, value in changed.items():
                setattr(row, name, value)

    browser.pretended.change = change


def test_a_sign_in_under_way_ends_where_the_provider_is_switched_off(
    browser: Browser, provider: Provider, sessions: sessionmaker[Session]
) -> None:
    meanwhile(browser, sessions, provider, is_on=False)

    answer = browser.sign_in(provider, **NORA)

    assert (answer.status_code, "not there any more" in answer.text) == (422, True)
    assert ways(sessions) == []


def test_a_sign_in_under_way_is_given_what_the_provider_gives_by_then(
    browser: Browser, provider: Provider, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    meanwhile(browser, sessions, provider, role_map=[["noc", "designer"]])

    browser.sign_in(provider, **NORA, groups=["noc"])

    with sessions() as session:
        assert [one.role for one in list_members(session, acme.id)] == ["designer"]


def test_a_sign_in_under_way_makes_nobody_where_that_was_ended(
    browser: Browser, provider: Provider, sessions: sessionmaker[Session]
) -> None:
    meanwhile(browser, sessions, provider, makes_people=False)

    answer = browser.sign_in(provider, **NORA)

    assert (answer.status_code, "changed in the meantime" in answer.text) == (422, True)
    assert ways(sessions) == []


def test_a_session_opens_nothing_while_its_provider_is_off(
    by_provider: FlaskClient, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    before = by_provider.get(f"/t/{acme.slug}/").status_code
    with sessions.begin() as session, as_tenant(session, acme.id):
        session.execute(
            update(IdentityProvider)
            .where(IdentityProvider.tenant_id == acme.id)
            .values(is_on=False)
        )

    after = [by_provider.get(one).status_code for one in (f"/t/{acme.slug}/", "/account")]

    assert (before, after) == (200, [404, 303])


def let_in(session: Session, csp: OrganisationView, customer: OrganisationView) -> PersonView:
    """Make a support person of a CSP whom a customer lets in; give who it is."""
    admin, support = make_member(session, customer), make_member(session, csp, "support")
    asks = acting_for(session, support.id, csp.slug)
    gives = acting_for(session, admin.id, customer.slug)
    assert asks is not None
    assert gives is not None
    terms, now = Terms(role="operator", minutes=60, reason="No alarms come in"), utc_now()
    asked = granting.ask_access(session, asks, customer.slug, terms, now=now)
    granting.grant_access(session, gives, asked, role="operator", minutes=60, now=now)
    return support


def test_customers_of_a_provider_are_listed_for_sessions_that_open_it_alone(
    browser: Browser,
    set_up: Callable[..., Provider],
    acme: OrganisationView,
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        assert acme.parent_id is not None
        csp, other = get_organisation(session, acme.parent_id), make_customer(session, "Other")
        ann = let_in(session, csp, acme)
        add_member(session, other.id, ann.id, "viewer", now=utc_now())

    pages = []
    for one in (csp, other):
        provider = set_up(one, domain="example.com")
        browser.sign_in(provider, email=ann.email, email_verified=True)
        pages.append(browser.client.get(f"/t/{one.slug}/"))

    assert [one.status_code for one in pages] == [200, 200]
    assert [f"/t/{acme.slug}/" in one.text for one in pages] == [True, False]


def test_no_connection_to_the_database_is_held_while_a_provider_is_asked(
    app: Flask, browser: Browser, provider: Provider
) -> None:
    held: list[tuple[str, bool]] = []

    def carry(method: str, url: str, headers: Mapping[str, str], body: bytes = b"", /) -> Answer:
        held.append((urlsplit(url).path, db_session().in_transaction()))
        return browser.pretended(method, url, headers, body)

    app.extensions[PARTS] = Asker(carry, allow_plain=True)
    browser.sign_in(provider, **NORA)
    browser.client.post("/sign-out")
    app.extensions[PARTS] = Asker(carry, allow_plain=True)
    browser.client.get("/sign-in/left/there")

    document = ("/.well-known/openid-configuration", False)
    assert held == [document, ("/token", False), ("/keys", False), document]


def begin_app(client: FlaskClient) -> str:
    """Begin to set an app up; give a code of it."""
    client.post("/account/app", data={"password": PASSWORD})
    found = re.search(r"<code[^>]*>([A-Z2-7 ]{20,})</code>", client.get("/account/app").text)
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", "")).now()


def test_a_session_of_a_provider_stays_one_with_an_app_and_without(
    by_provider: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    by_provider.post("/account/app/confirm", data={"code": begin_app(by_provider)})
    with_app = ways(sessions)
    by_provider.post("/account/app/remove", data={"password": PASSWORD})

    assert (with_app, ways(sessions)) == (["provider_code"], ["provider"])


def test_an_app_that_another_session_began_is_neither_shown_nor_confirmed(
    by_provider: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    own = by_provider.application.test_client()
    own.post("/sign-in", data={"email": "nora@acme.example", "password": PASSWORD})
    code = begin_app(own)

    shown = by_provider.get("/account/app")
    confirmed = by_provider.post("/account/app/confirm", data={"code": code})

    assert (shown.status_code, confirmed.status_code) == (303, 409)
    assert sorted(ways(sessions)) == ["password", "provider"]
    assert own.post("/account/app/confirm", data={"code": code}).status_code == 200
