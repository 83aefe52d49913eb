"""Business calendars over REST."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.schedules import hours_document
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of

AT = "/api/v1/calendars"


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "designer")


def test_a_calendar_is_made_read_changed_and_removed(client: FlaskClient) -> None:
    made = client.post(AT, json=hours_document())
    where = made.headers["Location"]
    read = client.get(where)

    changed = client.put(
        where, json=hours_document(name="Office"), headers={"If-Match": read.headers["ETag"]}
    )

    assert (made.status_code, changed.status_code) == (201, 200)
    assert changed.get_json()["name"] == "Office"
    assert [one["name"] for one in client.get(AT).get_json()["items"]] == ["Office"]
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_a_write_says_which_revision_it_builds_on(client: FlaskClient) -> None:
    where = client.post(AT, json=hours_document()).headers["Location"]
    client.put(where, json=hours_document(), headers={"If-Match": '"1"'})

    without = client.put(where, json=hours_document())
    late = client.put(where, json=hours_document(), headers={"If-Match": '"1"'})

    assert (without.status_code, late.status_code) == (428, 412)


def test_a_document_that_is_no_calendar_is_refused_field_by_field(client: FlaskClient) -> None:
    wrong = hours_document(timezone="Mars/Olympus", days=[{"date": "soon"}])

    answer = client.post(AT, json=wrong)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/timezone", "/days/0/date"]
    assert client.post(AT, json=["rubbish"]).status_code == 422


def test_a_name_is_taken_once(client: FlaskClient) -> None:
    client.post(AT, json=hours_document())

    again = client.post(AT, json=hours_document())

    assert again.status_code == 422
    assert "there is a calendar Business hours already" in again.get_json()["detail"]


def test_it_tells_whether_it_is_open_at_a_moment(client: FlaskClient) -> None:
    where = client.post(AT, json=hours_document()).headers["Location"]

    closed = client.get(f"{where}/state?at=2026-11-28T12:00:00Z").get_json()
    opened = client.get(f"{where}/state?at=2026-11-27T12:00:00Z").get_json()

    assert (closed["open"], closed["changes_at"]) == (False, "2026-11-30T07:00:00.000Z")
    assert (opened["open"], opened["changes_at"]) == (True, "2026-11-27T16:00:00.000Z")
    assert client.get(f"{where}/state?at=noon").status_code == 422


def test_a_calendar_that_a_schedule_uses_stays(
    client: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    where = client.post(AT, json=hours_document()).headers["Location"]
    clock = {"kind": "schedule", "cron": "0 6 * * *", "calendar": {"name": "Business hours"}}
    steps = {"note": step("write-log", config={"message": "Hi"})}
    document = flow_document(steps, ["clock > note"], name="Daily", triggers={"clock": clock})
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_flow(session, acme.id, document)

    answer = client.delete(where)

    assert answer.status_code == 409
    assert "used by Daily" in answer.get_json()["detail"]


def test_another_tenants_calendar_is_not_there(
    client: FlaskClient, app: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    foreign = client_of(app, sessions, other, "admin").post(AT, json=hours_document())
    where = foreign.headers["Location"]

    assert client.get(where).status_code == 404
    assert client.delete(where).status_code == 404
    assert client.get(AT).get_json()["items"] == []


def test_a_viewer_reads_and_does_not_write(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    viewer = client_of(app, sessions, acme, "viewer")

    assert viewer.get(AT).status_code == 200
    assert viewer.post(AT, json=hours_document()).status_code == 403
