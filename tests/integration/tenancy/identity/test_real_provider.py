"""The whole way with a real provider of others (npm's oidc-provider), on the loopback interface."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blocks.brokers.http import HttpBroker
from garland.identity import BrokeredCalls
from tenancy.identity.asking import PARTS, Asker
from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn
from tests.support.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    RunningProvider,
    running_provider,
)

ACCOUNTS = {
    "nora": {
        "email": "nora@acme.example",
        "email_verified": True,
        "name": "Nora",
        "groups": ["noc", "leads"],
    },
    "mallory": {"email": "mallory@other.example", "email_verified": True, "name": "Mallory"},
}


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProvider]:
    with running_provider(ACCOUNTS) as found:
        yield found


@pytest.fixture
def reaching(app: Flask) -> Flask:
    """The application where the operator allows this machine's own addresses."""
    app.extensions[PARTS] = Asker(BrokeredCalls(HttpBroker(allow_private=True)), allow_plain=True)
    app.extensions["garland.dns_texts"] = lambda name: [PROOFS[name]]
    return app


PROOFS: dict[str, str] = {}


def path_of(address: str) -> str:
    parts = urlsplit(html.unescape(address))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def set_up(admin: FlaskClient, acme: OrganisationView, running: RunningProvider) -> str:
    """Set the provider up as an admin does, by the pages; give its page."""
    form = {
        "name": "Acme Account",
        "issuer": running.issuer,
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "scopes": "openid email profile groups",
        "domains": "acme.example",
        "makes_people": "true",
        "groups_claim": "groups",
        "role_map": "leads = operator\nnoc = viewer",
        "default_role": "",
    }
    made = admin.post(f"/t/{acme.slug}/identity-providers/new", data=form)
    assert made.status_code == 303, made.text
    page = admin.get(made.location).text
    found = re.search(r"value <code>(sign-in-proof=[^<]+)</code>", page)
    prove = re.search(r'action="([^"]+/prove)"', page)
    assert found
    assert prove
    PROOFS["_sign-in.acme.example"] = found.group(1)
    assert admin.post(prove.group(1)).status_code == 303
    return path_of(made.location)


def there_and_back(
    browser: FlaskClient, running: RunningProvider, start: str, login: str
) -> tuple[int, str]:
    """Go by a link of the product, sign in at the provider, come back; give status and where to."""
    gone = browser.get(start)
    assert gone.location.startswith(f"{running.issuer}/auth"), gone.text
    back = browser.get(path_of(running.sign_in(gone.location, login)))
    return back.status_code, back.location or back.text


def test_the_whole_way(
    reaching: Flask,
    running: RunningProvider,
    acme: OrganisationView,
    signed_in: SignedIn,
) -> None:
    admin = signed_in()
    page = set_up(admin, acme, running)

    status, where = there_and_back(admin, running, f"{page}/try", "nora")
    tried = admin.get(path_of(where))
    assert (status, tried.status_code) == (303, 200), tried.text
    assert "You would be made a person here" in tried.text
    assert "noc, leads" in tried.text
    assert admin.post(f"{page}/switch", data={"on": "yes"}).status_code == 303

    browser = reaching.test_client()
    offered = browser.post("/sign-in/organisation", data={"word": "Nora@ACME.example"}).text
    link = re.search(r'href="(/sign-in/with/[^"]+)"', offered)
    assert link is not None
    status, where = there_and_back(browser, running, link.group(1), "nora")
    assert (status, where) == (303, "/")
    assert browser.get(f"/t/{acme.slug}/").status_code == 200
    assert "Operator at Acme" in browser.get(f"/t/{acme.slug}/").text
    account = browser.get("/account").text
    assert "Identity provider" in account

    refused = there_and_back(reaching.test_client(), running, link.group(1), "mallory")
    assert refused[0] == 403
    assert "invite you" in refused[1]

    left = browser.post("/sign-out")
    assert left.location == "/sign-in/left"
    assert "Sign out of" in browser.get("/sign-in/left").text
    away = browser.get("/sign-in/left/there").location
    assert away.startswith(f"{running.issuer}/session/end?")
    assert "id_token_hint=" in away


def test_an_inside_address_is_not_asked_unless_the_operator_allows_it(
    app: Flask, running: RunningProvider, acme: OrganisationView, signed_in: SignedIn
) -> None:
    app.extensions[PARTS] = Asker(BrokeredCalls(HttpBroker()), allow_plain=True)
    form = {"name": "A", "issuer": running.issuer, "client_id": "c", "scopes": "openid"}
    admin = signed_in()
    made = admin.post(f"/t/{acme.slug}/identity-providers/new", data=form)

    tried = admin.get(f"{path_of(made.location)}/try")

    assert tried.status_code == 422
    assert "private network" in tried.text
