"""Taking alarms in over HTTP: what is taken, what is refused, and what is kept of the refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import count_undone
from runtime.alarms.sources.store import create_source, faults_of
from tenancy.scope import as_tenant
from tenancy.tokens import create_token

GOOD = {"managed_object": "BER1", "perceived_severity": "major"}
BAD = {"managed_object": "BER1", "perceived_severity": "awful"}
API = "/api/v1/alarms"
Sessions = sessionmaker[Session]


@pytest.fixture
def client(app: Flask, sessions: Sessions, customer_id: UUID) -> FlaskClient:
    """A program with a token that may send alarms."""
    with sessions.begin() as session, as_tenant(session, customer_id):
        secret = create_token(session, customer_id, name="n", role="admin", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def make_source(app: Flask, sessions: Sessions, tenant_id: UUID, kind: str) -> tuple[UUID, str]:
    """Make a source; give its id and its address."""
    vault = app.extensions["garland.services"].vault
    with sessions.begin() as session, as_tenant(session, tenant_id):
        source, key = create_source(
            session, tenant_id, kind=kind, name="s", vault=vault, now=utc_now()
        )
    return source.id, f"/in/{key}"


def journalled(sessions: Sessions, tenant_id: UUID) -> int:
    with sessions() as session, as_tenant(session, tenant_id):
        return count_undone(session)


@pytest.fixture(params=["api", "source"])
def address(
    request: pytest.FixtureRequest, app: Flask, sessions: Sessions, customer_id: UUID
) -> str:
    """Both addresses that take Garland's own form."""
    if request.param == "api":
        return API
    return make_source(app, sessions, customer_id, "json")[1]


def test_takes_the_good_and_names_the_bad_by_index(
    client: FlaskClient, address: str, sessions: Sessions, customer_id: UUID
) -> None:
    answer = client.post(address, json={"events": [GOOD, BAD, GOOD]})

    assert answer.status_code == 202
    body = answer.get_json()
    assert body["accepted"] == 2
    assert [bad["index"] for bad in body["rejected"]] == [1]
    assert body["rejected"][0]["errors"][0]["pointer"] == "/perceived_severity"
    assert journalled(sessions, customer_id) == 2


def test_refuses_a_single_bad_event_by_its_field(
    client: FlaskClient, address: str, sessions: Sessions, customer_id: UUID
) -> None:
    answer = client.post(address, json=BAD)

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert [one["pointer"] for one in answer.get_json(force=True)["errors"]] == [
        "/perceived_severity"
    ]
    assert journalled(sessions, customer_id) == 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"data": b"{", "content_type": "application/json"}, 400, id="malformed"),
        pytest.param(
            {"data": b" " * (5 * 1024 * 1024 + 1), "content_type": "application/json"},
            413,
            id="oversize",
        ),
        pytest.param({"data": b"<a/>", "content_type": "text/xml"}, 415, id="not JSON"),
    ],
)
def test_refuses_a_body_it_cannot_read(
    client: FlaskClient, address: str, sent: dict[str, Any], status: int
) -> None:
    answer = client.post(address, **sent)

    assert answer.status_code == status


def test_keeps_a_webhook_of_an_unknown_version(
    app: Flask, sessions: Sessions, customer_id: UUID
) -> None:
    source_id, address = make_source(app, sessions, customer_id, "alertmanager")

    answer = app.test_client().post(address, json={"version": "5", "alerts": []})

    assert answer.status_code == 422
    with sessions() as session, as_tenant(session, customer_id):
        faults = faults_of(session, customer_id, source_id)
    assert [fault.code for fault in faults] == ["source.unknown_version"]
    assert '"version": "5"' in faults[0].body


def test_knows_no_source_by_another_key(app: Flask) -> None:
    assert app.test_client().post("/in/in_nobody", json=GOOD).status_code == 404


def test_takes_nothing_without_a_token(app: Flask) -> None:
    assert app.test_client().post(API, json=GOOD).status_code == 401
