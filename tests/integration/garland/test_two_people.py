"""What has an `ETag` and no revision: who saved on an older state is told, where they ask."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token

STORM = {"window_s": 60, "tenant": {"begin_per_s": 20, "end_per_s": 5}}
CASES = [
    pytest.param(
        "/api/v1/resources/router-7",
        "put",
        {"kind": "node", "name": "A"},
        {"kind": "node", "name": "B"},
        id="a resource",
    ),
    pytest.param(
        "/api/v1/storm-protection", "put", STORM, {**STORM, "window_s": 120}, id="storm protection"
    ),
    pytest.param(
        "/api/v1/alarms/policy", "patch", {"ttl_s": 600}, {"ttl_s": 1200}, id="how alarms live"
    ),
]


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="t", role="admin", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.mark.parametrize(("where", "method", "first", "second"), CASES)
def test_the_second_to_save_on_what_both_read_is_refused(
    client: FlaskClient, where: str, method: str, first: Any, second: Any
) -> None:
    save = getattr(client, method)
    save(where, json=first)
    read = {"If-Match": client.get(where).headers["ETag"]}

    saved = save(where, json=second, headers=read)
    late = save(where, json=first, headers=read)

    assert saved.status_code == 200
    assert saved.headers["ETag"] != read["If-Match"]
    assert (late.status_code, late.json["code"]) == (412, "core.revision_moved")
    assert client.get(where).headers["ETag"] == saved.headers["ETag"]


@pytest.mark.parametrize(("where", "method", "first", "second"), CASES)
def test_without_a_tag_the_last_to_save_wins(
    client: FlaskClient, where: str, method: str, first: Any, second: Any
) -> None:
    save = getattr(client, method)

    answers = [save(where, json=one).status_code for one in (first, second)]

    assert set(answers) <= {200, 201}


def test_a_resource_that_is_not_there_is_not_replaced(client: FlaskClient) -> None:
    answer = client.put(
        "/api/v1/resources/new", json={"kind": "node", "name": "A"}, headers={"If-Match": '"x"'}
    )

    assert answer.status_code == 412
    assert client.get("/api/v1/resources/new").status_code == 404
