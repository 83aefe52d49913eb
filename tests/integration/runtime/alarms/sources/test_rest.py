"""Sources over REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.integration.runtime.alarms.sources.conftest import MAPPING, SENT

API = "/api/v1/sources"


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    """A program that may change sources."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="n", role="admin", now=utc_now())
    made = app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return made


def make(client: FlaskClient, **parts: Any) -> dict[str, Any]:
    answer = client.post(API, json={"kind": "json", "name": "NMS", **parts})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_makes_a_source_with_all_that_can_be_set(client: FlaskClient) -> None:
    made = make(client, mapping=MAPPING, config={"ttl_s": 3600}, paused=False)

    sent = client.post(made["address"], json=SENT)

    assert sent.get_json()["accepted"] == 1
    found = client.get(f"{API}/{made['id']}").get_json()
    assert "address" not in found
    assert (found["config"], found["mapping_version"]) == ({"ttl_s": 3600}, 1)
    assert (found["state"], found["accepted"]) == ("fresh", 1)


def test_changes_some_and_leaves_the_rest(client: FlaskClient) -> None:
    made = make(client, config={"ttl_s": 3600})

    changed = client.patch(f"{API}/{made['id']}", json={"name": "Core", "paused": True})

    assert changed.get_json()["name"] == "Core"
    assert changed.get_json()["config"] == {"ttl_s": 3600}
    assert changed.get_json()["state"] == "paused"


def test_gives_and_lifts_the_mapping(client: FlaskClient) -> None:
    made = make(client, mapping=MAPPING)
    at = f"{API}/{made['id']}"

    assert client.get(f"{at}/mapping").get_json()["mapping"] == MAPPING
    assert client.patch(at, json={"mapping": None}).get_json()["mapping_version"] is None


def test_a_new_address_is_told_once(client: FlaskClient) -> None:
    made = make(client)

    renewed = client.post(f"{API}/{made['id']}/rotate").get_json()

    assert client.post(made["address"], json={}).status_code == 404
    assert client.post(renewed["address"], json={}).status_code == 422


def test_removes_a_source(client: FlaskClient) -> None:
    made = make(client)

    assert client.delete(f"{API}/{made['id']}").status_code == 204
    assert client.get(f"{API}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "fax"}, "/kind"),
        ({"name": ""}, "/name"),
        ({"colour": "red"}, "/colour"),
        ({"paused": "yes"}, "/paused"),
        ({"config": {"ttl_s": 1}}, "/config/ttl_s"),
        ({"mapping": {"mapping": 1, "fields": {}}}, "/mapping/fields/managed_object"),
        ({"kind": "grafana", "mapping": MAPPING}, "/mapping"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_makes_nothing(
    client: FlaskClient, change: dict[str, Any], pointer: str
) -> None:
    refused = client.post(API, json={"kind": "json", "name": "NMS", **change})

    assert refused.status_code == 422
    assert pointer in [one["pointer"] for one in refused.get_json(force=True)["errors"]]
    assert client.get(API).get_json()["items"] == []


def test_lists_with_filters_and_pages(client: FlaskClient) -> None:
    for kind, name in (("json", "A"), ("grafana", "B"), ("json", "C")):
        make(client, kind=kind, name=name)

    first = client.get(API, query_string={"kind": "json", "limit": 1}).get_json()
    rest = client.get(
        API, query_string={"kind": "json", "limit": 1, "cursor": first["next_cursor"]}
    ).get_json()

    assert [one["name"] for one in first["items"] + rest["items"]] == ["A", "C"]
    assert rest["next_cursor"] is None
    assert client.get(API, query_string={"state": "odd"}).status_code == 422


@pytest.mark.parametrize("verb", ["get", "patch", "delete"])
def test_a_source_that_is_not_there_is_not_found(client: FlaskClient, verb: str) -> None:
    asked = {"json": {"name": "x"}} if verb == "patch" else {}

    assert getattr(client, verb)(f"{API}/{uuid4()}", **asked).status_code == 404
