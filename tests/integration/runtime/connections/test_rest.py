"""Connections over REST."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of

NEW: dict[str, Any] = {
    "kind": "api_key",
    "name": "Tickets",
    "hosts": ["api.example.com"],
    "values": {"key": "canary-key", "name": "X-Key"},
}


@pytest.fixture
def admin(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "admin")


def json_of(answer: Any) -> Any:
    """Give what was answered."""
    return answer.get_json()


def make(client: FlaskClient, **changes: Any) -> Any:
    answer = client.post("/api/v1/connections", json={**NEW, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_connection_is_made_and_answered_without_its_secret(admin: FlaskClient) -> None:
    made = make(admin)

    listed = json_of(admin.get("/api/v1/connections?q=tick"))

    assert made["secrets"] == ["key"]
    assert made["values"] == {"name": "X-Key"}
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert "canary" not in str(made) + str(listed)


def test_what_is_not_sent_stays(admin: FlaskClient, app: Flask, acme: OrganisationView) -> None:
    made = make(admin)

    answer = admin.patch(
        f"/api/v1/connections/{made['id']}",
        json={"values": {"prefix": "Token "}},
        headers={"If-Match": '"1"'},
    )

    connections = app.extensions["garland.services"].connections
    values = connections.open(acme.id, "Tickets").values
    assert answer.status_code == 200
    assert dict(values) == {"key": "canary-key", "name": "X-Key", "prefix": "Token "}


def test_its_hosts_are_not_widened_without_its_secret(admin: FlaskClient) -> None:
    made = make(admin)

    answer = admin.patch(
        f"/api/v1/connections/{made['id']}",
        json={"hosts": ["api.example.com", "evil.example.net"]},
        headers={"If-Match": '"1"'},
    )

    assert answer.status_code == 422
    assert json_of(answer)["errors"][0]["pointer"] == "/values/key"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        pytest.param({"hosts": []}, "/hosts", id="no host"),
        pytest.param({"hosts": ["*"]}, "/hosts", id="everywhere"),
        pytest.param({"values": {}}, "/values/key", id="no secret"),
        pytest.param({"values": {"key": "a\nb"}}, "/values/key", id="a line break"),
        pytest.param({"values": {"key": "a "}}, "/values/key", id="a space at its end"),
        pytest.param({"values": {"key": "x", "other": 1}}, "/values/other", id="unknown"),
        pytest.param({"name": ""}, "/name", id="no name"),
        pytest.param({"test_address": "https://x.net/"}, "/test_address", id="tested elsewhere"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    admin: FlaskClient, change: dict[str, Any], pointer: str
) -> None:
    answer = admin.post("/api/v1/connections", json={**NEW, **change})

    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in json_of(answer)["errors"]]


def test_a_rotation_is_made_and_taken_back(
    admin: FlaskClient, app: Flask, acme: OrganisationView
) -> None:
    address = f"/api/v1/connections/{make(admin)['id']}"
    connections = app.extensions["garland.services"].connections

    rotated = admin.post(f"{address}/rotate", json={"values": {"key": "fresh"}})
    now = connections.open(acme.id, "Tickets")
    back = admin.post(f"{address}/undo-rotation")
    again = admin.post(f"{address}/undo-rotation")

    assert json_of(rotated)["before_until"]
    assert (now.values["key"], now.before["key"]) == ("fresh", "canary-key")
    assert (back.status_code, again.status_code) == (200, 409)


def test_a_test_answers_in_words_and_is_noted(admin: FlaskClient) -> None:
    address = f"/api/v1/connections/{make(admin)['id']}"

    answer = admin.post(f"{address}/test")

    assert json_of(answer)["is_good"] is False
    assert "give a test address" in json_of(answer)["said"]
    assert json_of(admin.get(address))["test_said"] == json_of(answer)["said"]


def test_it_is_removed_unless_a_workflow_names_it(
    admin: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = f"/api/v1/connections/{make(admin)['id']}"
    call = step("http-request", config={"url": "https://x.example"}, connections={"api": "Tickets"})
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"call": call}, ["hand > call"], name="Opens tickets")
        flow = make_flow(session, acme.id, document)

    refused = admin.delete(address)
    uses = admin.get(f"{address}/uses").json
    admin.delete(f"/api/v1/flows/{flow.id}")

    assert refused.status_code == 409
    assert uses == {"workflows": ["Opens tickets"]}


def test_a_workflow_that_names_no_such_connection_is_not_published(
    admin: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    call = step("http-request", config={"url": "https://x.example"}, connections={"api": "Gone"})
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"call": call}, ["hand > call", "rule > call"])
        flow = make_flow(session, acme.id, document, publish=False)

    answer = admin.post(f"/api/v1/flows/{flow.id}/publish")

    assert answer.status_code == 422
    assert json_of(answer)["errors"][0]["pointer"] == "/steps/call/connections/api"


def test_another_organisation_finds_none(
    admin: FlaskClient, app: Flask, sessions: sessionmaker[Session]
) -> None:

    made = make(admin)
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    stranger = client_of(app, sessions, other, "admin")

    assert json_of(stranger.get("/api/v1/connections"))["items"] == []
    assert stranger.post(f"/api/v1/connections/{made['id']}/test").status_code == 404
