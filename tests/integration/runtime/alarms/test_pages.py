"""The pages of alarms and sources, as a browser meets them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

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
    assert answer.location.endswith("/alarms?severity=minor")
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
