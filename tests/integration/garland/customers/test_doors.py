"""What each state of an organisation lets through at each door."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.sources.store import create_source
from runtime.hooks.store import make_addresses, read_key
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.organisations import bring_to
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn, client_of

EVENT = {"managed_object": "link-1", "perceived_severity": "major"}
TMF = "/tmf-api/alarmManagement/v4"
TMF_ALARM = {
    "alarmType": "equipmentAlarm",
    "perceivedSeverity": "major",
    "probableCause": "powerSupplyFailure",
    "alarmedObject": {"id": "ne-1"},
    "sourceSystemId": "ems-1",
    "state": "raised",
    "alarmRaisedTime": "2026-11-24T12:00:00.000Z",
}
WAY_TO = {
    "active": (),
    "trial": ("suspended", "trial"),
    "suspended": ("suspended",),
    "closing": ("closing",),
    "closed": ("closing", "closed"),
}
DOORS = (
    "page",
    "change",
    "ends access",
    "api",
    "api change",
    "tmf",
    "tmf change",
    "intake",
    "hook",
)
OPEN = (200, 303, 404, 200, 202, 200, 201, 202, 202)
READING = (200, 403, 404, 200, 403, 200, 403, 403, 403)
SHUT = (404, 404, 404, 401, 401, 401, 401, 404, 404)
"""By door; a token that is not there is not found, which says that it may be revoked."""


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("active", OPEN),
        ("trial", OPEN),
        ("suspended", READING),
        ("closing", READING),
        ("closed", SHUT),
    ],
)
def test_a_state_lets_through(
    app: Flask,
    sessions: sessionmaker[Session],
    signed_in: SignedIn,
    acme: OrganisationView,
    state: str,
    expected: tuple[int, ...],
) -> None:
    key, hook = _ways_in(app, sessions, acme)
    browser, program = signed_in(), client_of(app, sessions, acme, "admin")
    with sessions.begin() as session:
        bring_to(session, acme, *WAY_TO[state])
    at, nobody = f"/t/{acme.slug}", "00000000-0000-0000-0000-000000000000"

    answers = [
        browser.get(f"{at}/alarms"),
        browser.post(f"{at}/members/two-people", data={"needed": "no"}),
        browser.post(f"{at}/tokens/{nobody}/revoke"),
        program.get("/api/v1/alarms"),
        program.post("/api/v1/alarms", json=EVENT),
        program.get(f"{TMF}/alarm"),
        program.post(f"{TMF}/alarm", json=TMF_ALARM),
        app.test_client().post(f"/in/{key}", json=EVENT),
        app.test_client().post(f"/hooks/{hook}", json={}),
    ]

    told = dict(zip(DOORS, (one.status_code for one in answers), strict=True))
    assert told == dict(zip(DOORS, expected, strict=True))


def test_a_refusal_says_since_when_why_and_whom_to_ask(
    app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, program = signed_in(), client_of(app, sessions, acme, "admin")
    with sessions.begin() as session:
        bring_to(session, acme, "suspended")

    answer = program.post("/api/v1/alarms", json=EVENT)
    page = browser.get(f"/t/{acme.slug}/alarms")

    assert answer.json is not None
    assert answer.json["code"] == "organisation.stopped"
    assert "Acme is suspended since 24 Nov 2026 (unpaid)" in answer.json["detail"]
    assert answer.json["detail"].endswith("Ask CSP")
    assert "Acme is suspended" in page.text


def test_a_closed_organisation_is_offered_to_nobody(
    sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in()
    with sessions.begin() as session:
        bring_to(session, acme, "closing", "closed")

    answer = browser.get("/")

    assert answer.status_code == 403
    assert "Acme" not in answer.text


def _ways_in(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> tuple[str, str]:
    vault = app.extensions["garland.services"].vault
    triggers = {"hook": {"kind": "webhook"}}
    note = {"note": step("write-log", config={"message": "called"})}
    document = flow_document(note, ["hook > note"], triggers=triggers)
    with sessions.begin() as session, as_tenant(session, acme.id):
        _, key = create_source(session, acme.id, kind="json", name="N", vault=vault, now=NOON)
        flow = make_flow(session, acme.id, document)
        make_addresses(session, acme.id, flow.id, vault=vault, now=NOON)
        return key, read_key(session, acme.id, flow.id, "hook", vault=vault)
