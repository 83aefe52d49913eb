"""Over REST: what holds something of one's own is refused and named, then shared clean."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import make_flow
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of
from tests.integration.marketplace.sharing.conftest import plain

BASE, TAKEN = "/api/v1/shared-templates", "/api/v1/taken-templates"


@pytest.fixture
def mine(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "admin")


@pytest.fixture
def theirs(app: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    with sessions.begin() as session:
        other = make_customer(session, "Lakeside")
    return client_of(app, sessions, other, "admin")


@pytest.fixture
def subject(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, Any]:
    document = plain()
    document["steps"]["tell"]["config"]["values"] = {"a": "AKIAIOSFODNN7EXAMPLE", "b": "for Acme"}
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document, publish=False)
    return {"kind": "workflow", "id": str(flow.id)}


def test_what_must_not_be_shared_is_named_in_the_answer(
    mine: FlaskClient, subject: dict[str, Any]
) -> None:
    refused = mine.post(BASE, json={**subject, "title": "Ask the desk"})

    assert refused.status_code == 422
    told = {one["pointer"]: one["message"] for one in refused.get_json()["errors"]}
    assert "an AWS access key" in told["/document/steps/tell/config/values/a"]
    assert "the name of your organisation (Acme)" in told["/document/steps/tell/config/values/b"]
    assert "“Ask the desk”, field “Address”" in told["/document/steps/ask/config/url"]
    assert "a connection of yours (Tickets)" in told["/document/steps/ask/connections/auth"]
    assert b"AKIAIOSFODNN7EXAMPLE" not in refused.data
    assert mine.get(BASE).get_json()["items"] == []


def test_a_check_says_what_would_be_shared_without_showing_a_secret(
    mine: FlaskClient, subject: dict[str, Any]
) -> None:
    found = mine.post(f"{BASE}/check", json=subject)

    said = found.get_json()
    assert {one["kind"] for one in said["findings"]} == {"secret", "address", "name", "reference"}
    assert said["left_after_cleaning"] == []
    assert b"AKIAIOSFODNN7EXAMPLE" not in found.data


def test_it_is_shared_taken_over_and_updated(
    mine: FlaskClient, theirs: FlaskClient, subject: dict[str, Any]
) -> None:
    made = mine.post(BASE, json={**subject, "title": "Ask the desk", "clean": True}).get_json()
    [seen] = theirs.get(BASE).get_json()["items"]
    use = theirs.post(f"{BASE}/{seen['id']}/take-overs", json={"name": "Ours"}).get_json()
    draft = mine.get(f"/api/v1/flows/{subject['id']}/draft")
    document = draft.get_json()["document"] if "document" in draft.get_json() else draft.get_json()
    document["steps"]["tell"]["title"] = "Tell them"
    headers = {"If-Match": draft.headers["ETag"]}
    saved = mine.put(f"/api/v1/flows/{subject['id']}/draft", json=document, headers=headers)
    assert saved.status_code == 200
    mine.post(f"{BASE}/{made['id']}/versions", json={"clean": True, "note": "Tells them"})

    preview = theirs.post(f"{TAKEN}/{use['id']}/preview", json={}).get_json()
    body = {"version": preview["version"], "revision": preview["revision"]}
    done = theirs.post(f"{TAKEN}/{use['id']}/update", json=body)

    assert (seen["owner"], seen["own"], preview["conflicts"]) == ("Acme", False, [])
    assert done.get_json()["version"] == 2
    assert theirs.get(f"{BASE}/{made['id']}/document").get_json()["version"] == 2
    assert theirs.delete(f"{TAKEN}/{use['id']}").status_code == 204


def test_who_may_design_and_not_share_shares_nothing(
    app: Flask,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    subject: dict[str, Any],
) -> None:
    designer = client_of(app, sessions, acme, "designer")

    assert designer.post(BASE, json={**subject, "title": "x", "clean": True}).status_code == 403
