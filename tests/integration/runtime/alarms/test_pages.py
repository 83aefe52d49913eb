"""The pages of alarms and sources, as a browser meets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import journal, store
from runtime.alarms.model import parse_event
from runtime.alarms.sources.store import get_source
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.integration.conftest import SignedIn

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Sessions = sessionmaker[Session]


@pytest.fixture
def alarms(sessions: Sessions, acme: OrganisationView) -> list[UUID]:
    """Three alarms of Acme: A is critical, B and C are minor."""
    said = [("A", "critical"), ("B", "minor"), ("C", "minor")]
    with sessions.begin() as session, as_tenant(session, acme.id):
        events = [
            parse_event({"managed_object": name, "perceived_severity": severity})
            for name, severity in said
        ]
        journal.append(session, acme.id, events, now=NOON)
        rows = journal.take(session, 10)
        changes = store.apply_batch(session, acme.id, rows, now=NOON)
    return [change.alarm.id for change in changes]


def test_teaches_how_a_first_alarm_comes(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert "Send a first alarm" in signed_in().get(f"/t/{acme.slug}/alarms").text


@pytest.mark.usefixtures("alarms")
def test_says_when_no_alarm_fits(signed_in: SignedIn, acme: OrganisationView) -> None:
    page = signed_in().get(f"/t/{acme.slug}/alarms?q=nothing").text

    assert "No alarm fits" in page
    assert "Lift the filters" in page


@pytest.mark.usefixtures("alarms")
def test_keeps_the_filters_when_the_order_changes(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in().get(f"/t/{acme.slug}/alarms?severity=minor&sort=-severity").text

    assert 'aria-sort="descending"' in page
    assert "severity=minor&amp;sort=severity" in page


def test_acts_on_the_alarms_that_are_ticked(
    signed_in: SignedIn, acme: OrganisationView, alarms: list[UUID], sessions: Sessions
) -> None:
    form = {"verb": "acknowledge", "alarm": [str(one) for one in alarms[:2]]}

    answer = signed_in().post(f"/t/{acme.slug}/alarms?severity=minor", data=form)

    assert answer.status_code == 303
    assert "/alarms?severity=minor&deed=" in answer.location
    with sessions() as session, as_tenant(session, acme.id):
        acked = [store.get_alarm(session, acme.id, one).is_acknowledged for one in alarms]
    assert acked == [True, True, False]


@pytest.mark.parametrize("form", [{"verb": "delete"}, {"verb": "clear", "alarm": ["x"]}])
def test_knows_no_other_action(
    signed_in: SignedIn, acme: OrganisationView, form: dict[str, str]
) -> None:
    assert signed_in().post(f"/t/{acme.slug}/alarms", data=form).status_code == 404


def test_keeps_how_a_source_is_read(
    signed_in: SignedIn, acme: OrganisationView, sessions: Sessions
) -> None:
    browser, at = signed_in(), f"/t/{acme.slug}/sources"
    made = browser.post(at, data={"kind": "alertmanager", "name": "Prometheus"})
    source = UUID(made.location.rpartition("/")[2])

    settings = f"{made.location}/settings"

    refused = browser.post(settings, data={"severities": "p1", "identity_labels": "job"})
    browser.post(settings, data={"severities": "p1 = critical"})

    assert refused.status_code == 422
    assert "write a line as `p1 = critical`" in refused.text
    assert 'value="job"' in refused.text
    with sessions() as session, as_tenant(session, acme.id):
        assert get_source(session, acme.id, source).config == {"severities": {"p1": "critical"}}


@pytest.mark.parametrize("choice", ["1h", "4h", "day"])
def test_shelves_an_alarm_and_brings_it_back(
    signed_in: SignedIn, acme: OrganisationView, alarms: list[UUID], choice: str
) -> None:
    client, page = signed_in(), f"/t/{acme.slug}/alarms/{alarms[0]}"

    client.post(f"{page}/shelve", data={"for": choice, "reason": "spare ordered"})
    shelved = client.get(page).text
    client.post(f"{page}/unshelve")

    assert "spare ordered" in shelved
    assert "Bring back" in shelved
    assert "Bring back" not in client.get(page).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param({"for": "date", "day": "", "reason": "r"}, "day: choose", id="no day"),
        pytest.param({"for": "date", "day": "2020-01-01", "reason": "r"}, "lies ahead", id="past"),
        pytest.param({"for": "1h", "reason": ""}, "reason: write", id="no reason"),
        pytest.param({"reason": "r"}, "for: choose", id="no choice"),
    ],
)
def test_says_what_the_shelf_needs(
    signed_in: SignedIn,
    acme: OrganisationView,
    alarms: list[UUID],
    form: dict[str, str],
    words: str,
) -> None:
    answer = signed_in().post(f"/t/{acme.slug}/alarms/{alarms[0]}/shelve", data=form)

    assert answer.status_code == 422
    assert words in answer.text


def test_shows_children_and_their_parent_and_takes_one_out(
    signed_in: SignedIn, acme: OrganisationView, alarms: list[UUID], sessions: Sessions
) -> None:
    parent, child, _ = alarms
    with sessions.begin() as session, as_tenant(session, acme.id):
        store.group_under(session, acme.id, parent, [child], by="Anna", now=NOON)
    client, page = signed_in(), f"/t/{acme.slug}/alarms"

    above, below = client.get(f"{page}/{parent}").text, client.get(f"{page}/{child}").text
    client.post(f"{page}/{child}/ungroup")

    assert f"/alarms/{child}" in above
    assert "Caused by" in below
    assert "Caused by" not in client.get(f"{page}/{child}").text


def test_decides_how_alarms_live(signed_in: SignedIn, acme: OrganisationView) -> None:
    client, page = signed_in(), f"/t/{acme.slug}/alarms/policy"
    form = {"ttl_s": "600", "escalate_after_min": "10, 30", "worse_unacknowledges": "true"}

    client.post(page, data=form)
    refused = client.post(page, data={**form, "ttl_s": "soon"})

    assert 'value="10, 30"' in client.get(page).text
    assert refused.status_code == 422
    assert "ttl_s: write a whole number" in refused.text


def test_asks_before_cleared_alarms_are_deleted(
    signed_in: SignedIn, acme: OrganisationView, alarms: list[UUID], sessions: Sessions
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        long_ago = utc_now() - timedelta(days=30)
        store.clear_by_person(session, acme.id, alarms[0], by="Anna", now=long_ago)
    client, page = signed_in(), f"/t/{acme.slug}/alarms/policy"
    form = {"acknowledged_kept_days": "10", "cleared_kept_days": "20"}

    asked = client.post(page, data=form)
    kept = client.get(page).text
    client.post(page, data={**form, "confirmed": "yes"})

    assert "1 cleared alarm goes" in asked.text
    assert 'value="365"' in kept
    assert 'value="20"' in client.get(page).text
