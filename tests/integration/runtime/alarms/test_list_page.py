"""What stands round the rows of the alarm list: filters with what they offer, the last day."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import store
from runtime.alarms.console.trends import count_changes
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn
from tests.integration.runtime.alarms.test_console import PART, names_in

Sessions = sessionmaker[Session]


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in()


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/alarms"


def test_finds_alarms_by_their_cause_and_by_their_owner(
    browser: FlaskClient, at: str, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        a = make_alarm(session, acme.id, "A")
        make_alarm(session, acme.id, "D", probable_cause="fanStuck")
        store.assign(session, acme.id, a, owner="Night desk", by="Anna", now=NOON)

    by_cause = browser.get(f"{at}?probable_cause=fanStuck").text
    by_owner = browser.get(f"{at}?owner=Night+desk").text

    assert (names_in(by_cause), names_in(by_owner)) == ("D", "A")
    assert 'aria-label="Lift the filter Owner: Night desk"' in by_owner


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("alarms", id="the list's filter"),
        pytest.param("traps/entry", id="an entry for a trap"),
        pytest.param("rules/new", id="a rule"),
    ],
)
def test_a_probable_cause_is_offered_where_one_is_typed(
    browser: FlaskClient, acme: OrganisationView, sessions: Sessions, path: str
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, probable_cause="fanStuck")

    page = browser.get(f"/t/{acme.slug}/{path}").text

    offered = re.findall(r'<option value="(fanStuck|commercialPowerFailure)">', page)
    assert offered == ["fanStuck", "commercialPowerFailure"]


def test_the_list_leads_to_the_trends_with_the_last_day_in_short(
    browser: FlaskClient, at: str, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        changes = say(session, acme.id, ("A", "minor", 0), ("B", "minor", 1))
        count_changes(session, acme.id, changes, events=40, by_hand=0, now=utc_now())

    strip = browser.get(at).text.partition('id="alarm-trend"')[2].partition("</a>")[0]

    assert f'href="{at}/trends"' in strip
    assert "<b>40</b> events" in strip
    assert "<b>2</b> alarms" in strip
    assert "95 % less noise" in strip
    assert strip.count("alarm-trend__part--minor") == 1
    assert 'id="alarm-trend"' not in browser.get(at, headers=PART).text
    assert "<b>40</b> events" in browser.get(f"{at}/trend", headers=PART).text
