"""The inventory over REST."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of

BASE = "/api/v1"


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "designer")


def test_a_resource_is_put_read_replaced_and_removed(client: FlaskClient) -> None:
    where = f"{BASE}/resources/rack/1"
    made = client.put(where, json={"kind": "node", "attributes": {"vendor": "Acme"}})
    changed = client.put(where, json={"kind": "part", "name": "Rack"})

    assert (made.status_code, changed.status_code) == (201, 200)
    read = client.get(where).get_json()
    assert (read["key"], read["kind"], read["attributes"]) == ("rack/1", "part", {})
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_a_wrong_field_is_named(client: FlaskClient) -> None:
    answer = client.put(f"{BASE}/resources/x", json={"kind": "toaster"})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/kind"


@pytest.mark.parametrize("body", [[], {"key": "other"}])
def test_the_key_of_the_address_counts(client: FlaskClient, body: object) -> None:
    assert client.put(f"{BASE}/resources/x", json=body).status_code == 422


def test_the_list_is_paged_by_key(client: FlaskClient) -> None:
    for key in "cab":
        client.put(f"{BASE}/resources/{key}", json={})

    first = client.get(f"{BASE}/resources?limit=2").get_json()
    second = client.get(f"{BASE}/resources?limit=2&cursor={first['next_cursor']}").get_json()

    assert [one["key"] for one in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None


def test_relations_are_made_listed_and_undone(client: FlaskClient) -> None:
    for key in "ab":
        client.put(f"{BASE}/resources/{key}", json={})
    said = {"from": "a", "to": "b", "kind": "contains"}

    client.post(f"{BASE}/resource-relations", json=said)
    client.post(f"{BASE}/resource-relations", json=said)

    (seen,) = client.get(f"{BASE}/resource-relations?of=b").get_json()["items"]
    assert {name: seen[name] for name in said} == said
    client.delete(f"{BASE}/resource-relations/{seen['id']}")
    assert client.get(f"{BASE}/resources/a").get_json()["relations"] == []


def test_a_relation_to_nowhere_is_refused(client: FlaskClient) -> None:
    client.put(f"{BASE}/resources/a", json={})

    answer = client.post(f"{BASE}/resource-relations", json={"from": "a", "to": "z"})

    assert answer.get_json()["errors"][0]["pointer"] == "/to"


def test_an_import_is_staged_and_applied(client: FlaskClient) -> None:
    staged = client.post(f"{BASE}/inventory-imports?origin=plan", data=b"key\na\nb\n")
    where = staged.headers["Location"]

    done = client.post(f"{where}/apply", json={"remove_gone": True})

    assert (staged.status_code, staged.get_json()["new"]) == (201, 2)
    assert done.get_json()["applied_at"]
    assert client.post(f"{where}/apply").status_code == 409
    assert len(client.get(f"{BASE}/resources").get_json()["items"]) == 2


def test_another_tenants_resource_is_not_there(
    app: Flask, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    client.put(f"{BASE}/resources/mine", json={})
    with sessions.begin() as session:
        other = make_customer(session)
    stranger = client_of(app, sessions, other, "admin")

    assert stranger.get(f"{BASE}/resources/mine").status_code == 404
    assert stranger.delete(f"{BASE}/resources/mine").status_code == 404


def test_a_viewer_may_not_write(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    viewer = client_of(app, sessions, acme, "viewer")

    assert viewer.put(f"{BASE}/resources/x", json={}).status_code == 403
