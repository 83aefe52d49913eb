"""The page of a source that posts alarms over TMF642, beside those of the other kinds."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.sources.listing import SourceView
from runtime.alarms.sources.store import list_sources
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.integration.conftest import SignedIn
from tests.integration.runtime.alarms.sources.conftest import MakeSender
from tests.integration.runtime.alarms.tmf642.conftest import V4, alarm

Sessions = sessionmaker[Session]


@pytest.fixture
def secret(sessions: Sessions, acme: OrganisationView) -> str:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return create_token(session, acme.id, name="EMS", role="admin", now=utc_now())


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("designer")


def post(browser: FlaskClient, secret: str, **said: object) -> int:
    """Post an alarm as a program does."""
    program = browser.application.test_client()
    access = {"Authorization": f"Bearer {secret}"}
    return program.post(f"{V4}/alarm", json=alarm(**said), headers=access).status_code


def only(sessions: Sessions, tenant_id: UUID) -> SourceView:
    with sessions() as session, as_tenant(session, tenant_id):
        (found,) = list_sources(session, tenant_id)
    return found


def test_it_shows_when_and_how_much_came_what_and_what_it_became(
    browser: FlaskClient, secret: str, sessions: Sessions, acme: OrganisationView
) -> None:
    assert post(browser, secret) == 201
    assert post(browser, secret, perceivedSeverity="loud") == 400
    pages = f"/t/{acme.slug}/sources/{only(sessions, acme.id).id}"

    page = browser.get(pages).text
    refused = browser.get(f"{pages}/faults").text

    assert "http://localhost/tmf-api/alarmManagement/v4/alarm" in page
    assert "says who it is: <b>ems-1</b>" in page
    assert "alarmedObject" in page
    assert "powerSupplyFailure" in page
    assert "Some of what it sent was refused" in page or "The last thing it sent" in page
    assert "<code>/perceivedSeverity</code>" in refused
    assert "Retry" not in refused


def test_what_it_does_not_have_is_not_offered(
    browser: FlaskClient, secret: str, sessions: Sessions, acme: OrganisationView
) -> None:
    post(browser, secret)
    source = only(sessions, acme.id)
    pages = f"/t/{acme.slug}/sources/{source.id}"

    settings = browser.get(f"{pages}/settings").text
    form = {"name": "EMS of Zurich", "expect_every_s": "5 minutes", "fill_from_inventory": "true"}
    saved = browser.post(f"{pages}/settings", data=form)

    assert "Renew the address" not in settings
    assert "What the inventory adds" not in settings
    assert "what it calls itself: ems-1" in settings
    assert saved.status_code == 303
    assert only(sessions, acme.id).config == {"expect_every_s": 300}
    assert browser.post(f"{pages}/rotate").status_code == 409


def test_it_can_be_made_before_its_first_alarm(
    browser: FlaskClient, secret: str, sessions: Sessions, acme: OrganisationView
) -> None:
    made = browser.post(f"/t/{acme.slug}/sources", data={"kind": "tmf642", "name": "ems-1"})
    again = browser.post(f"/t/{acme.slug}/sources", data={"kind": "tmf642", "name": "ems-1"})
    page = browser.get(made.location).text

    assert post(browser, secret) == 201
    assert again.status_code == 422
    assert '"sourceSystemId": "ems-1"' in page.replace("&#34;", '"').replace("&quot;", '"')
    assert only(sessions, acme.id).accepted == 1


@pytest.mark.parametrize("kind", ["tmf642", "snmp"])
def test_what_is_sent_to_an_address_that_its_kind_does_not_have_is_refused(
    make_sender: MakeSender, kind: str
) -> None:
    sender = make_sender(kind, name="ems-1")

    assert sender.send(alarm()).status_code == 422
