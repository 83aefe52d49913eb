"""A rule's draft is tried on alarms that a person chose, and nothing comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.inventory.resources import save_resource
from runtime.rules.store import create_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.rules import make_leaf, make_rule_document
from tests.integration.conftest import SignedIn

FAN = {"managed_object": "a", "perceived_severity": "major", "text": "fan stopped"}
RAIN = {"managed_object": "b", "perceived_severity": "major", "text": "rain"}


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("viewer")


def at(sessions: sessionmaker[Session], acme: OrganisationView, **changes: Any) -> str:
    """Make a rule about fans, changed as asked, and give the address of its try-out."""
    document = make_rule_document(**({"when": make_leaf("text", "contains", "fan")} | changes))
    with sessions.begin() as session, as_tenant(session, acme.id):
        rule = create_rule(session, acme.id, document=document, by="Ann", now=utc_now())
    return f"/t/{acme.slug}/rules/{rule.id}/simulate"


def test_tells_event_by_event_what_decided(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = at(sessions, acme)

    page = browser.post(address, data={"alarms": json.dumps([FAN, RAIN])}).text

    assert "The draft fires <b>1</b> time for these alarms." in page
    assert "text contains fan: it was fan stopped" in page
    assert "text does not contain fan: it was rain" in page


@pytest.mark.parametrize(
    ("managed_object", "told"),
    [
        pytest.param("r1", "would get place zrh, vendor Acme", id="known"),
        pytest.param("r9", "the inventory has no resource", id="unknown"),
    ],
)
def test_tells_what_a_rule_would_fill(
    browser: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    managed_object: str,
    told: str,
) -> None:
    fill = {"do": "fill", "take": ["place"], "attributes": ["vendor"]}
    address = at(sessions, acme, then=[fill])
    said = {"key": "r1", "name": "r1", "kind": "node", "site": "zrh"}
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_resource(session, acme.id, {**said, "attributes": {"vendor": "Acme"}})

    event = {**FAN, "managed_object": managed_object}
    page = browser.post(address, data={"alarms": json.dumps([event])}).text

    assert told in page


def test_leaves_no_alarm_behind(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser.post(at(sessions, acme), data={"alarms": json.dumps(FAN)})

    with sessions() as session, as_tenant(session, acme.id):
        assert list_alarms(session, acme.id, AlarmFilter(state="")) == []


def test_lets_time_go_on_for_rules_that_wait(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = at(sessions, acme, pattern={"kind": "persists", "after_s": 60})

    page = browser.post(address, data={"alarms": json.dumps(FAN)}).text

    assert "The draft fires <b>1</b> time" in page


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("{", "the text", id="no JSON"),
        pytest.param("[]", "at least one", id="nothing"),
        pytest.param('{"managed_object": "a"}', "perceived_severity", id="a field is missing"),
        pytest.param(json.dumps([FAN] * 501), "at most 500", id="too many"),
    ],
)
def test_says_what_is_wrong_with_the_alarms_and_keeps_them(
    browser: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    text: str,
    problem: str,
) -> None:
    answer = browser.post(at(sessions, acme), data={"alarms": text})

    assert answer.status_code == 422
    assert problem in answer.text


def test_begins_with_an_example_where_no_alarm_came_yet(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    assert "Loss of signal" in browser.get(at(sessions, acme)).text
