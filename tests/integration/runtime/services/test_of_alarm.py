"""An alarm's page leads to the services it affects, and says how they do."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.alarms.model import Severity
from runtime.services.store import ServiceView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.services import make_service
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


def part(page: str) -> str:
    """Give the card of services on the page of an alarm."""
    return page.partition('id="alarm-services"')[2].partition("</section>")[0]


@pytest.fixture
def down(sessions: Sessions, acme: OrganisationView) -> tuple[UUID, ServiceView]:
    """An alarm, and the service that is down by it; another service rests on something else."""
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, acme.id):
        alarm = make_alarm(session, acme.id, "line-x", perceived_severity=Severity.CRITICAL)
        make_service(session, acme.id, now=now, key="fine", name="A fine service")
        service = make_service(
            session,
            acme.id,
            now=now,
            name="Zebra shop",
            rests_on=[{"need": "all", "keys": ["line-x"]}],
            watched_from=format_instant(now - timedelta(hours=2)),
        )
    return alarm, service


def test_names_the_services_that_rest_on_its_object(
    signed_in: SignedIn, acme: OrganisationView, down: tuple[UUID, ServiceView]
) -> None:
    alarm, service = down

    page = part(signed_in("viewer").get(f"/t/{acme.slug}/alarms/{alarm}").text)

    assert f'href="/t/{acme.slug}/services/{service.id}"' in page
    assert "Does not work" in page
    assert "A fine service" not in page


def test_names_the_services_that_the_alarm_says_and_the_keys_that_are_none(
    signed_in: SignedIn, acme: OrganisationView, sessions: Sessions
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        service = make_service(session, acme.id, key="vpn", name="Company network", rests_on=[])
        alarm = make_alarm(session, acme.id, "elsewhere", affected_services=("vpn", "unheard-of"))

    page = part(signed_in("operator").get(f"/t/{acme.slug}/alarms/{alarm}").text)

    assert f'href="/t/{acme.slug}/services/{service.id}"' in page
    assert "It says that it also affects" in page
    assert "unheard-of</a>" in page
    assert "No service has this key" in page


def test_says_when_no_service_rests_on_its_object(
    signed_in: SignedIn, acme: OrganisationView, sessions: Sessions
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        alarm = make_alarm(session, acme.id, "lonely")

    page = part(signed_in("operator").get(f"/t/{acme.slug}/alarms/{alarm}").text)

    assert "No service is known to rest on lonely." in page


def test_names_no_service_of_another_tenant(
    signed_in: SignedIn, acme: OrganisationView, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    with sessions.begin() as session, as_tenant(session, other.id):
        make_service(session, other.id, key="vpn", name="Theirs", rests_on=[])
    with sessions.begin() as session, as_tenant(session, acme.id):
        alarm = make_alarm(session, acme.id, "elsewhere", affected_services=("vpn",))

    page = part(signed_in("operator").get(f"/t/{acme.slug}/alarms/{alarm}").text)

    assert "Theirs" not in page
    assert "No service has this key" in page
