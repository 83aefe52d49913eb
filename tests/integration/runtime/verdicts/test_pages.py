"""What every rule makes of an alarm, as people read it on a page and programs over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import AlarmFilter, list_alarms, shelve
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

ANY = make_leaf("managed_object", "exists")
FAN = {"managed_object": "fan-7", "perceived_severity": "major"}


@pytest.fixture
def alarm_id(sessions: sessionmaker[Session], acme: OrganisationView) -> str:
    """An alarm on the shelf, that one rule fired for and another counted."""
    documents = (
        make_rule_document(name="Each", when=ANY, then=[{"do": "acknowledge"}]),
        make_rule_document(name="Three", when=ANY, pattern=make_count_pattern(3)),
    )
    with sessions.begin() as session, as_tenant(session, acme.id):
        for one in documents:
            made = create_rule(session, acme.id, document=one, by="Ann", now=NOON)
            publish_rule(session, acme.id, made.id, mode=Mode.LIVE, by="Ann", now=NOON)
        append(session, acme.id, [parse_event(FAN)], now=utc_now())
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=utc_now())
    with sessions.begin() as session, as_tenant(session, acme.id):
        (alarm,) = list_alarms(session, acme.id, AlarmFilter())
        until = utc_now() + timedelta(days=1)
        shelve(session, acme.id, alarm.id, until=until, reason="spare", by="Ann", now=utc_now())
    return str(alarm.id)


def test_the_page_tells_what_fired_and_did_and_what_kept_the_others(
    signed_in: SignedIn, acme: OrganisationView, alarm_id: str
) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/alarms/{alarm_id}/rules").text

    assert "Did: acknowledge" in page
    assert "1 of 3 such alarms came within 5 minutes." in page
    assert "It is on the shelf until 20" in page


def test_rest_tells_the_same(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, alarm_id: str
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="t", role="viewer", now=utc_now())
    headers = {"Authorization": f"Bearer {secret}"}

    answer = app.test_client().get(f"/api/v1/alarms/{alarm_id}/explain", headers=headers).json

    assert answer is not None
    assert answer["kept"][0]["words"].startswith("It is on the shelf until 20")
    assert [(one["name"], one["outcome"], one["did"], one["notes"]) for one in answer["items"]] == [
        ("Each", "fired", [{"do": "acknowledge"}], []),
        ("Three", "held", [], ["1 of 3 such alarms came within 5 minutes"]),
    ]
