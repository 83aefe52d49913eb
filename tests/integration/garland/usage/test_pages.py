"""The pages of use: what was used, how near limits are, how much may be spent."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans.caps import Caps, caps_of
from tests.factories.plans import on_plan
from tests.factories.use import use
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
TODAY = day_of(utc_now())
PRICE = {"monthly_cents": 100, "metered": {"runs": {"included": 2, "per": 1, "cents": 10}}}


@pytest.fixture
def used(sessions: Sessions, acme: OrganisationView) -> None:
    with sessions.begin() as session:
        on_plan(session, acme, quotas={"runs_a_day": 10}, price=PRICE)
        use(session, acme.id, TODAY, runs=9, events=1234)


@pytest.mark.usefixtures("used")
def test_the_page_of_use_shows_the_month_its_cost_and_what_is_near_its_limit(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/usage").text

    assert "1,234" in page
    assert "EUR 1.70" in page
    assert "9 of 10" in page
    assert "near its limit" in page


@pytest.mark.usefixtures("used")
def test_a_cap_is_set_by_an_admin_and_by_nobody_below(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    address = f"/t/{acme.slug}/usage/cap"

    wrong = signed_in("admin").post(address, data={"cap": "much"})
    refused = signed_in("designer").post(address, data={"cap": "5"})
    done = signed_in("admin").post(address, data={"cap": "12.50"})

    assert [one.status_code for one in (wrong, refused, done)] == [422, 403, 303]
    assert "write an amount such as" in wrong.text
    with sessions() as session:
        assert caps_of(session, acme.id) == Caps(own=1250)


@pytest.mark.usefixtures("used")
def test_the_page_of_customers_shows_each_and_leads_to_its_plan(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    assert acme.parent_id is not None
    with sessions.begin() as session:
        csp = get_organisation(session, acme.parent_id)

    page = signed_in("billing", csp).get(f"/t/{csp.slug}/usage/customers").text

    assert "Acme" in page
    assert "EUR 1.70" in page
    assert f"/t/{csp.slug}/customers/{acme.id}/plan" in page


def test_a_month_is_offered_for_billing_once_it_is_counted_to_its_end(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, address = signed_in("admin"), f"/t/{acme.slug}/usage"
    long_ago = f"{TODAY.replace(day=1) - 40 * DAY:%Y-%m}"

    done, now = browser.get(f"{address}?month={long_ago}").text, browser.get(address).text

    assert f"/usage/month?month={long_ago}" in done
    assert "/usage/month?" not in now
    assert browser.get(f"{address}/month?month={long_ago}&format=ndjson").mimetype == (
        "application/x-ndjson"
    )
