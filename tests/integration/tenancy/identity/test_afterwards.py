"""What a session that a provider opened may do of the account, and what it stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tenancy.identity.model import Provider
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.sign_ins._tables import SignIn
from tests.factories.tenancy import PASSWORD
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
