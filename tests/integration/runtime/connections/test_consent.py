"""A connection in somebody's name: signed in for in a browser, at a real OAuth 2 server."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.connections.model import ConnectionView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.connections import make_connection
from tests.integration.conftest import SignedIn
from tests.integration.runtime.connections.conftest import port_of
from tests.integration.runtime.connections.test_tokens import client_values
from tests.support.oauth import OAuthServer
from tests.support.running import CLIENT


@pytest.fixture
def consenting(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, oauth: OAuthServer
) -> tuple[OrganisationView, ConnectionView]:
    """Give an organisation and its connection that waits for a consent."""
    services = app.extensions["garland.services"]
    services.settings.allow_private_network = True
    values = {**client_values(oauth), "authorize_url": f"{oauth.url}/authorize"}
    facts = {"vault": services.vault, "hosts": (port_of(oauth.url),)}
    with sessions.begin() as session, as_tenant(session, acme.id):
        return acme, make_connection(session, acme.id, "oauth2_code", values, **facts)


def agree(client: FlaskClient, acme: OrganisationView, made: ConnectionView) -> str:
    """Ask for consent as the button does, agree, and give the path that leads back."""
    asked = client.post(f"/t/{acme.slug}/connections/{made.id}/sign-in")
    link = unescape(asked.text.partition('id="consent"')[2].partition('href="')[2].split('"')[0])
    back = CLIENT.get(link).headers["location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def page(client: FlaskClient, acme: OrganisationView, made: ConnectionView) -> str:
    return client.get(f"/t/{acme.slug}/connections/{made.id}").text


def test_a_person_signs_in_and_comes_back_with_a_token(
    consenting: Any, signed_in: SignedIn
) -> None:
    client = signed_in("admin")
    before = page(client, *consenting)

    answer = client.get(agree(client, *consenting))

    after = page(client, *consenting)
    assert answer.status_code == 303
    assert "Nobody has signed in" in before
    assert "Signed in" in after
    assert "In the name of" in after


def test_an_answer_counts_once(consenting: Any, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    path = agree(client, *consenting)
    client.get(path)

    assert client.get(path).status_code == 422


def test_an_answer_that_another_session_asked_for_is_refused(
    consenting: Any, signed_in: SignedIn, oauth: OAuthServer
) -> None:
    path = agree(signed_in("admin"), *consenting)

    answer = signed_in("admin").get(path)

    assert answer.status_code == 422
    assert oauth.asked == []


def test_an_answer_with_another_state_is_refused(
    consenting: Any, signed_in: SignedIn, oauth: OAuthServer
) -> None:
    client = signed_in("admin")
    path = agree(client, *consenting)

    answer = client.get(path.replace("state=", "state=x"))

    assert answer.status_code == 422
    assert oauth.asked == []


def test_the_verifier_is_not_to_be_read_in_the_browser(
    consenting: Any, signed_in: SignedIn
) -> None:
    client = signed_in("admin")
    agree(client, *consenting)

    with client.session_transaction() as session:
        kept = session["connection_consent"]

    assert kept["verifier"].startswith("gAAAA")  # sealed by the vault
