"""What rules did and what they make of an alarm, on pages and over REST."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.rules import make_leaf, make_rule_document
from tests.integration.conftest import SignedIn

LINK = {"managed_object": "link", "perceived_severity": "major", "text": "fan stopped"}


@pytest.fixture
def rules(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, UUID]:
    """Two live rules, one for fans and one for lasers, and an alarm about a fan."""
    found = {}
    with sessions.begin() as session, as_tenant(session, acme.id):
        for word in ("fan", "laser"):
            document = make_rule_document(name=word, when=make_leaf("text", "contains", word))
            made = create_rule(session, acme.id, document=document, by="Ann", now=utc_now())
            publish_rule(session, acme.id, made.id, mode=Mode.LIVE, by="Ann", now=utc_now())
            found[word] = made.id
        append(session, acme.id, [parse_event(LINK)], now=utc_now())
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=utc_now())
    return found


@pytest.fixture
def alarm_id(
    rules: dict[str, UUID],  # noqa: ARG001  they fire for it
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> UUID:
    with sessions() as session, as_tenant(session, acme.id):
        (alarm,) = list_alarms(session, acme.id, AlarmFilter())
        return alarm.id


def test_lists_what_a_rule_did_with_the_reason(
    signed_in: SignedIn, acme: OrganisationView, rules: dict[str, UUID]
) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/rules/{rules['fan']}/firings").text

    assert "text contains fan: it was fan stopped" in page
    assert "acknowledge" in page


def test_says_that_a_live_rule_never_fired(
    signed_in: SignedIn, acme: OrganisationView, rules: dict[str, UUID]
) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/rules/{rules['laser']}/firings").text

    assert "It never fired" in page


def test_an_alarms_page_leads_to_what_every_rule_makes_of_it(
    signed_in: SignedIn, acme: OrganisationView, alarm_id: UUID
) -> None:
    browser, address = signed_in("viewer"), f"/t/{acme.slug}/alarms/{alarm_id}"

    page = browser.get(f"{address}/rules").text

    assert f"{address}/rules" in browser.get(address).text
    assert "text contains fan: it was fan stopped" in page
    assert "text does not contain laser: it was fan stopped" in page


def test_explains_over_rest(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, alarm_id: UUID
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="test", role="viewer", now=utc_now())

    answer = app.test_client().get(
        f"/api/v1/alarms/{alarm_id}/explain", headers={"Authorization": f"Bearer {secret}"}
    )

    assert [(one["name"], one["outcome"]) for one in answer.get_json()["items"]] == [
        ("fan", "fired"),
        ("laser", "not_held"),
    ]
