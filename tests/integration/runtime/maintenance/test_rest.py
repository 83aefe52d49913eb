"""Maintenance windows and storm protection over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from tenancy.organisations import OrganisationView
from tests.factories.maintenance import window_document
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of

AT = "/api/v1/maintenance-windows"


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "operator")


def under_way() -> dict[str, object]:
    now = utc_now()
    end = format_instant(now + timedelta(hours=1))
    return window_document(starts_at=format_instant(now - timedelta(hours=1)), ends_at=end)


def test_a_window_is_planned_read_changed_ended_and_removed(client: FlaskClient) -> None:
    made = client.post(AT, json=under_way())
    where = made.headers["Location"]
    tag = client.get(where).headers["ETag"]

    changed = client.put(where, json={**under_way(), "name": "New"}, headers={"If-Match": tag})
    late = client.put(where, json=under_way(), headers={"If-Match": tag})
    ended = client.post(f"{where}/end")

    assert (made.status_code, changed.status_code, late.status_code) == (201, 200, 412)
    assert (changed.get_json()["state"], ended.get_json()["state"]) == ("now", "past")
    assert client.post(f"{where}/end").status_code == 409
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_the_list_is_filtered_and_paged(client: FlaskClient) -> None:
    for name in "abc":
        client.post(AT, json={**under_way(), "name": name})
    client.post(AT, json=window_document(name="old"))

    first = client.get(f"{AT}?state=now&limit=2").get_json()
    second = client.get(f"{AT}?state=now&limit=2&cursor={first['next_cursor']}").get_json()

    assert len(first["items"]) + len(second["items"]) == 3
    assert [one["name"] for one in client.get(f"{AT}?state=past").get_json()["items"]] == ["old"]
    assert client.get(f"{AT}?state=never").status_code == 422


def test_what_cannot_be_planned_is_named_by_field(client: FlaskClient) -> None:
    answer = client.post(AT, json=window_document(zone="Mars", scope={"kind": "moon"}))

    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/zone", "/scope"]


def test_another_tenants_window_is_not_there(
    app: Flask, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    where = client.post(AT, json=under_way()).headers["Location"]
    with sessions.begin() as session:
        other = make_customer(session)
    stranger = client_of(app, sessions, other, "admin")

    assert stranger.get(where).status_code == 404
    assert stranger.post(f"{where}/end").status_code == 404


def test_storm_protection_is_read_and_set(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    client = client_of(app, sessions, acme, "designer")
    here = "/api/v1/storm-protection"
    document = {"window_s": 30, "tenant": {"begin_per_s": 9.0, "end_per_s": 3.0}}

    before = client.get(here).get_json()
    client.put(here, json=document)

    assert before == {"protection": None, "storms": []}
    assert client.get(here).get_json() == {"protection": document, "storms": []}
    assert client.put(here, json={"tenant": {}}).status_code == 422


def test_a_time_left_out_that_is_none_is_refused_at_its_field(client: FlaskClient) -> None:
    answer = client.post(AT, json={**under_way(), "skipped": ["tomorrow"]})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/skipped"]
