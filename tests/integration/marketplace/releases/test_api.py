"""Publishing and review over REST: who may do what, and a release from claim to approval."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.authoring.running import Bounds
from blocks.packages.trust import encode_key
from marketplace.releases.checking import check_next_release
from marketplace.releases.verdicts import CHECKLIST
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.packages import KEY
from tests.factories.releases import make_integrator, make_reviewer, make_signed, make_vendor
from tests.factories.tenancy import NOON
from tests.integration.conftest import client_of

BASE = "/api/v1/marketplace"
CLAIM = {"namespace": "acme", "title": "Acme", "support": "a@b.example", "proof": "ours"}


@pytest.fixture
def maker(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_integrator(session)


@pytest.fixture
def publishing(app: Flask, sessions: sessionmaker[Session], maker: OrganisationView) -> FlaskClient:
    """A program of an integrator whose namespace is verified and has a key."""
    client = client_of(app, sessions, maker, "integrator")
    assert client.post(f"{BASE}/publishers", json=CLAIM).status_code == 201
    with sessions.begin() as session:
        vendor = make_vendor(session)
    reviewer = client_of(app, sessions, vendor, "reviewer")
    verified = reviewer.post(f"{BASE}/claims/acme/decide", json={"verified": True})
    assert verified.status_code == 200
    key = {"public_key": encode_key(KEY.public_key()), "label": "release key"}
    assert client.post(f"{BASE}/publishers/acme/keys", json=key).status_code == 201
    return client


@pytest.fixture
def reviewing(app: Flask, sessions: sessionmaker[Session]) -> tuple[FlaskClient, ...]:
    """Programs of two people of the vendor's, who answer for them."""
    clients = []
    for name in ("Rita", "Ralf"):
        with sessions.begin() as session:
            vendor, person = make_vendor(session), make_reviewer(session, name)
            with as_tenant(session, vendor.id):
                given: dict[str, Any] = {
                    "name": name,
                    "role": "reviewer",
                    "by": person.id,
                    "now": NOON,
                }
                token = create_token(session, vendor.id, **given)
        clients.append(app.test_client())
        clients[-1].environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return tuple(clients)


def test_a_release_goes_from_its_package_to_approval(
    publishing: FlaskClient,
    reviewing: tuple[FlaskClient, ...],
    sessions: sessionmaker[Session],
) -> None:
    submitted = publishing.post(f"{BASE}/releases", data=make_signed())
    where = submitted.headers["Location"]
    assert publishing.get(where).json["checks"][0]["outcome"] == "waiting"  # type: ignore[index]

    check_next_release(sessions, Bounds())
    for one in reviewing:
        queue = one.get(f"{BASE}/reviews").json
        assert queue is not None
        address = f"{BASE}/reviews/{queue['items'][0]['id']}"
        assert one.get(f"{address}/difference").json["since"] == ""  # type: ignore[index]
        verdict = {"verdict": "approve", "checklist": list(CHECKLIST)}
        assert one.post(f"{address}/decide", json=verdict).status_code == 200

    found = publishing.get(where).json
    assert found is not None
    assert found["state"] == "approved"
    assert all(one["outcome"] == "passed" for one in found["checks"])


@pytest.mark.parametrize("kind", ["customer", "integrator"])
def test_review_is_the_vendors_alone(
    app: Flask,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    maker: OrganisationView,
    kind: str,
) -> None:
    client = client_of(app, sessions, acme if kind == "customer" else maker, "admin")

    answers = [client.get(f"{BASE}{path}").status_code for path in ("/reviews", "/claims")]

    assert answers == [403, 403]


def test_a_viewer_submits_nothing(
    app: Flask, sessions: sessionmaker[Session], maker: OrganisationView
) -> None:
    client = client_of(app, sessions, maker, "viewer")

    assert client.post(f"{BASE}/releases", data=make_signed()).status_code == 403


def test_what_is_no_package_is_refused_and_nothing_is_kept(publishing: FlaskClient) -> None:
    answer = publishing.post(f"{BASE}/releases", data=b"<html>")

    assert answer.status_code == 422
    assert publishing.get(f"{BASE}/releases").json == {"items": [], "next_cursor": None}


def test_a_listing_is_changed_in_the_words_that_are_given(publishing: FlaskClient) -> None:
    publishing.post(f"{BASE}/releases", data=make_signed())

    changed = publishing.patch(f"{BASE}/drafts/acme.say", json={"title": "Says it"}).json

    assert changed is not None
    assert (changed["title"], changed["support"]) == ("Says it", "a@b.example")
