"""Whether an alarm clears by itself, who reported it, its problem record: taken, shown, kept."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import journal, store
from runtime.alarms.model import parse_event
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.alarms import work_off
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
SAID: dict[str, Any] = {"will_clear": False, "reporting_system": "oss-1", "problem": "PRB-7"}
EVENT = {"managed_object": "BER1", "perceived_severity": "major", "source": "ems", **SAID}
TMF642 = "/tmf-api/alarmManagement/v4/alarm"


def say(sessions: Sessions, tenant_id: UUID, **said: Any) -> UUID:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        journal.append(session, tenant_id, [parse_event({**EVENT, **said})], now=NOON)
        return work_off(session, tenant_id, now=NOON)[-1].alarm.id


def only(document: Any) -> dict[str, Any]:
    return {name: document[name] for name in SAID}


@pytest.fixture
def client(app: Flask, sessions: Sessions, acme: OrganisationView) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="n", role="admin", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        pytest.param({"will_clear": "no"}, "/will_clear", id="a word"),
        pytest.param({"reporting_system": 7}, "/reporting_system", id="a number"),
        pytest.param({"problem": "x" * 513}, "/problem", id="too long"),
    ],
)
def test_intake_refuses_what_does_not_fit_by_its_field(
    client: FlaskClient, wrong: dict[str, Any], pointer: str
) -> None:
    refused = client.post("/api/v1/alarms", json={**EVENT, **wrong})

    assert refused.status_code == 422
    assert pointer in refused.text


def test_what_was_said_is_in_the_document_and_stays_where_a_repeat_leaves_it_out(
    client: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    alarm = say(sessions, acme.id)
    say(sessions, acme.id, will_clear=True, reporting_system="", problem="")

    document = client.get(f"/api/v1/alarms/{alarm}").get_json()

    assert only(document) == {**SAID, "will_clear": True}


def test_what_a_person_sets_stays_over_what_the_source_repeats(
    client: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    alarm = say(sessions, acme.id)
    ours = {"will_clear": None, "reporting_system": "", "problem": "PRB-8"}

    client.patch(f"/api/v1/alarms/{alarm}", json=ours)
    say(sessions, acme.id)

    assert only(client.get(f"/api/v1/alarms/{alarm}").get_json()) == ours


def test_the_page_the_file_and_tmf642_have_them(
    client: FlaskClient, signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    alarm, browser = say(sessions, acme.id), signed_in()

    page = browser.get(f"/t/{acme.slug}/alarms/{alarm}").text
    file = browser.get(f"/t/{acme.slug}/alarms/export.csv").data.decode("utf-8-sig")
    listed = client.get(f"{TMF642}/{alarm}").get_json()

    (row,) = csv.DictReader(io.StringIO(file))
    assert all(words in page for words in ("Clears by its source", "PRB-7", "oss-1"))
    assert (row["will_clear"], row["reporting_system"], row["problem"]) == (
        "False",
        "oss-1",
        "PRB-7",
    )
    assert listed["reportingSystemId"] == "oss-1"


def test_the_reporting_system_of_tmf642_is_a_field_of_ours(
    client: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    said = {
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "major",
        "probableCause": "lossOfSignal",
        "alarmedObject": {"id": "BER1"},
        "sourceSystemId": "ems",
        "reportingSystemId": "oss-9",
        "state": "raised",
        "alarmRaisedTime": "2026-11-24T12:00:00Z",
    }
    made = client.post(TMF642, json=said).get_json()

    client.patch(f"{TMF642}/{made['id']}", json={"reportingSystemId": "oss-10"})

    with sessions() as session, as_tenant(session, acme.id):
        kept = store.get_alarm(session, acme.id, UUID(made["id"]))
    assert (made["reportingSystemId"], kept.reporting_system) == ("oss-9", "oss-10")
