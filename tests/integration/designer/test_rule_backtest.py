"""The page of a backtest: asked for, followed while it goes on, read when it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.db import make_sessions
from runtime.alarms._tables import AlarmRow
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import acknowledge
from runtime.backtests.performing import do_next_backtest
from runtime.correlation import correlate_batch
from runtime.rules.backtest.jobs import claim_backtest
from runtime.rules.matcher import Matcher
from runtime.rules.store import create_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, guarded, system
from tests.factories.rules import make_leaf, make_rule_document
from tests.integration.conftest import SignedIn

FAN = {"managed_object": "fan-7", "perceived_severity": "major", "text": "fan stopped"}


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("designer")


@pytest.fixture
def at(sessions: sessionmaker[Session], acme: OrganisationView) -> str:
    """The page of a draft for fans, after an alarm of one came."""
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = make_rule_document(when=make_leaf("text", "contains", "fan"))
        rule = create_rule(session, acme.id, document=document, by="Ann", now=now)
        append(session, acme.id, [parse_event(FAN)], now=now)
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=now)
    return f"/t/{acme.slug}/rules/{rule.id}/backtest"


def reading(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read, as the process has them."""
    return guarded(make_sessions(engine.execution_options(garland_read_only=True)))


def test_says_how_far_it_is_what_would_have_been(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], engine: Engine
) -> None:
    with sessions() as session, system(session):
        alarm = session.scalars(select(AlarmRow)).one()
    with sessions.begin() as session, as_tenant(session, alarm.tenant_id):
        acknowledge(session, alarm.tenant_id, alarm.id, by="Ann", now=utc_now())
        again = parse_event({**FAN, "perceived_severity": "critical"})
        append(session, alarm.tenant_id, [again], now=utc_now())
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=utc_now())
    browser.post(at, data={"days": "1"})
    do_next_backtest(sessions, reading(engine))

    page = browser.get(at).text

    assert "How far this is what would have been" in page
    assert "Played as it was: 1 deed of people, rules and the clock" in page
    assert "1 event came to alarms that the draft would have changed before" in page


def test_says_what_a_backtest_is_before_there_is_one(browser: FlaskClient, at: str) -> None:
    assert "Not judged over your history yet" in browser.get(at).text


def test_shows_how_far_it_is_and_can_be_stopped(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session]
) -> None:
    browser.post(at, data={"days": "1"})
    with sessions.begin() as session, system(session):
        assert claim_backtest(session, now=utc_now() + timedelta(seconds=1)) is not None

    during = browser.get(at).text
    browser.post(f"{at}/cancel")

    assert "<progress" in during
    assert "The backtest was stopped." in browser.get(at).text


def test_shows_what_the_draft_had_done(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], engine: Engine
) -> None:
    browser.post(at, data={"days": "1"})

    do_next_backtest(sessions, reading(engine))

    page = browser.get(at).text
    assert "fan-7" in page
    assert "text contains fan: it was fan stopped" in page


def test_a_viewer_reads_and_does_not_ask(signed_in: SignedIn, at: str) -> None:
    viewer = signed_in("viewer")

    assert viewer.get(at).status_code == 200
    assert viewer.post(at, data={"days": "1"}).status_code == 403


def test_says_since_when_events_are_kept(browser: FlaskClient, at: str) -> None:
    assert "Events are kept since <time" in browser.get(at).text
