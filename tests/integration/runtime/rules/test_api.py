"""Rules over REST: written, published, tried and backtested."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document
from tests.factories.tenancy import make_customer

RULES = "/api/v1/rules"
ANY = make_leaf("managed_object", "exists")
ALARM = {"managed_object": "link", "perceived_severity": "major"}


@pytest.fixture
def tenant(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session)


@pytest.fixture
def designer(app: Flask, sessions: sessionmaker[Session], tenant: OrganisationView) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, tenant.id):
        secret = create_token(session, tenant.id, name="t", role="designer", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def made(designer: FlaskClient, **changes: Any) -> str:
    answer = designer.post(RULES, json=make_rule_document(**({"when": ANY} | changes)))
    assert answer.status_code == 201
    return f"{RULES}/{answer.json['id']}" if answer.json else ""


def test_a_rule_is_made_read_and_put_live(designer: FlaskClient) -> None:
    rule = made(designer)

    live = designer.post(f"{rule}/publish", json={"mode": "live"})

    assert live.json is not None
    assert (live.json["mode"], live.json["live_number"]) == ("live", 1)
    assert [one["mode"] for one in designer.get(RULES).json["items"]] == ["live"]  # type: ignore[index]
    off = designer.post(f"{rule}/publish", json={"mode": "off"})
    assert off.json is not None
    assert off.json["mode"] == "off"


def test_a_draft_is_replaced_only_by_who_knows_it(designer: FlaskClient) -> None:
    rule = made(designer)
    tag = designer.get(rule).headers["ETag"]
    document = make_rule_document(name="Other")

    answers = [
        designer.put(rule, json=document, headers=headers).status_code
        for headers in ({}, {"If-Match": tag}, {"If-Match": tag})
    ]

    assert answers == [428, 200, 412]


def test_a_bad_rule_is_refused_at_its_field(designer: FlaskClient) -> None:
    bad = make_rule_document(pattern=make_count_pattern(1, 60))

    answer = designer.post(RULES, json=bad)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == "/pattern/at_least"


def test_a_simulation_tells_what_each_event_was(designer: FlaskClient) -> None:
    rule = make_rule_document(when=ANY, pattern={"kind": "persists", "after_s": 60})

    told = [
        designer.post(f"{RULES}/simulate", json={"rule": rule, "alarms": [ALARM], **more}).json
        for more in ({}, {"after_s": 60})
    ]

    assert [len(one["firings"]) for one in told if one] == [0, 1]
    assert told[0] is not None
    assert told[0]["steps"][0]["is_match"] is True


def test_a_backtest_goes_over_the_tenants_own_events(
    designer: FlaskClient, sessions: sessionmaker[Session], tenant: OrganisationView
) -> None:
    rule = made(designer)
    designer.post(f"{rule}/publish")
    tag = designer.get(rule).headers["ETag"]
    rarer = make_rule_document(when=ANY, pattern=make_count_pattern(2, 60))
    designer.put(rule, json=rarer, headers={"If-Match": tag})
    with sessions.begin() as session, Matcher() as matcher:
        with as_tenant(session, tenant.id):
            events = [parse_event(ALARM | {"managed_object": f"l{one}"}) for one in range(2)]
            append(session, tenant.id, events, now=utc_now())
        correlate_batch(session, matcher=matcher, now=utc_now())

    report = designer.post(f"{rule}/backtest", json={"hours": 1}).json

    assert report is not None
    assert (report["events"], report["is_complete"]) == (2, True)
    assert (report["draft"]["fired"], report["live"]["fired"]) == (1, 2)
    assert report["only_live"] == 1


def test_another_tenants_rule_is_not_there(designer: FlaskClient) -> None:
    missing = f"{RULES}/00000000-0000-0000-0000-000000000001"

    assert designer.get(missing).status_code == 404
    assert designer.post(f"{missing}/backtest", json={}).status_code == 404
