"""What all rules hit: those that fire most, those that are silent, those that do the same work."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules.hits import fires_most, same_alarms, silent_rules
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule, switch_off
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

WORDS = {"a": "fan", "b": "fan stopped", "c": "laser"}


def make_rules(sessions: sessionmaker[Session], tenant_id: UUID) -> dict[str, UUID]:
    """Publish rules for words in an alarm's text; d is switched off."""
    found = {}
    with sessions.begin() as session, as_tenant(session, tenant_id):
        for name, word in {**WORDS, "d": "fan"}.items():
            document = make_rule_document(name=name, when=make_leaf("text", "contains", word))
            made = create_rule(session, tenant_id, document=document, by="Ann", now=utc_now())
            publish_rule(session, tenant_id, made.id, mode=Mode.LIVE, by="Ann", now=utc_now())
            found[name] = made.id
        switch_off(session, tenant_id, found["d"], now=utc_now())
    return found


@pytest.fixture
def rules(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, UUID]:
    """Two alarms about fans, one of which stopped: a fires twice, b once, c and d never."""
    found = make_rules(sessions, acme.id)
    with sessions.begin() as session, as_tenant(session, acme.id):
        texts = {"x": "fan slow", "y": "fan stopped"}
        events = [
            {"managed_object": name, "perceived_severity": "major", "text": text}
            for name, text in texts.items()
        ]
        append(session, acme.id, [parse_event(one) for one in events], now=utc_now())
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=utc_now())
    return found


def lately() -> datetime:
    return utc_now() - timedelta(days=30)


@pytest.mark.usefixtures("rules")
def test_the_rules_that_fire_most_come_first(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions() as session, as_tenant(session, acme.id):
        found = fires_most(session, acme.id, since=lately())
        later = fires_most(session, acme.id, since=utc_now() + timedelta(hours=1))

    assert [(one.name, one.fired, one.alarms) for one in found] == [("a", 2, 2), ("b", 1, 1)]
    assert later == []


@pytest.mark.usefixtures("rules")
def test_a_rule_that_is_judged_and_never_fired_is_silent(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions() as session, as_tenant(session, acme.id):
        found = silent_rules(session, acme.id, since=lately())

    assert [(one.name, one.last_fired_at) for one in found] == [("c", None)]


@pytest.mark.usefixtures("rules")
def test_a_rule_that_fired_long_ago_is_silent_too(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions() as session, as_tenant(session, acme.id):
        found = silent_rules(session, acme.id, since=utc_now() + timedelta(hours=1))

    assert [(one.name, one.last_fired_at is None) for one in found] == [
        ("c", True),
        ("a", False),
        ("b", False),
    ]


@pytest.mark.usefixtures("rules")
def test_two_rules_that_fire_for_one_alarm_are_a_pair(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions() as session, as_tenant(session, acme.id):
        (pair,) = same_alarms(session, acme.id)

    shares = {pair.first: pair.of_first, pair.second: pair.of_second}
    assert (pair.shared, shares) == (1, {"a": 2, "b": 1})


@pytest.mark.usefixtures("rules")
def test_another_tenants_rules_count_nowhere(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
    make_rules(sessions, other.id)

    with sessions() as session, as_tenant(session, other.id):
        assert fires_most(session, other.id, since=lately()) == []
        assert same_alarms(session, other.id) == []
        assert [one.name for one in silent_rules(session, other.id, since=lately())] == [
            "a",
            "b",
            "c",
        ]


@pytest.mark.usefixtures("rules")
def test_the_page_shows_all_three(signed_in: SignedIn, acme: OrganisationView) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/rules/hits").text

    assert "Never" in page
    assert "All of them" in page
    assert "1 of 2 (50&nbsp;%)" in page


def test_the_page_of_a_tenant_without_rules_says_so(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/rules/hits").text

    assert "Every rule that is judged fired" in page
    assert "No two rules fired for one alarm." in page
    assert "No rule fired in the last 30 days." in page
