"""Use and caps over REST, of one and of all that one looks after; a month as a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView, create_organisation, get_organisation
from tests.factories.plans import on_plan
from tests.factories.use import use
from tests.integration.conftest import client_of

Sessions = sessionmaker[Session]
TODAY = day_of(utc_now())
MONTH = f"{TODAY:%Y-%m}"
LONG_AGO = (TODAY.replace(day=1) - 40 * DAY).replace(day=3)
PRICED = {"price": {"monthly_cents": 100, "metered": {"runs": {"included": 2, "cents": 10}}}}


@pytest.fixture
def asks(app: Flask, sessions: Sessions) -> Callable[..., FlaskClient]:
    return lambda one, role="admin": client_of(app, sessions, one, role)


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    """Acme's provider; acme is on a plan and used something today and long ago."""
    assert acme.parent_id is not None
    with sessions.begin() as session:
        on_plan(session, acme, price=PRICED["price"])
        use(session, acme.id, TODAY, runs=5, events=40)
        use(session, acme.id, LONG_AGO, runs=3)
        return get_organisation(session, acme.parent_id)


@pytest.mark.usefixtures("csp")
def test_a_months_use_is_told_by_the_day_and_added_up(
    asks: Callable[..., FlaskClient], acme: OrganisationView
) -> None:
    told = asks(acme, "viewer").get("/api/v1/usage").get_json()

    assert told["month"] == MONTH
    assert told["days"][-1]["day"] == TODAY.isoformat()
    assert (told["sums"]["runs"], told["days"][-1]["events"]) == (5, 40)


def test_a_provider_is_told_of_each_customer_what_the_month_comes_to(
    asks: Callable[..., FlaskClient],
    sessions: Sessions,
    acme: OrganisationView,
    csp: OrganisationView,
) -> None:
    with sessions.begin() as session:
        create_organisation(session, kind="customer", name="Idle", parent_id=csp.id)

    told = asks(csp, "billing").get("/api/v1/usage/customers").get_json()

    found = [(one["name"], one["runs"], one["cost_cents"]) for one in told["items"]]
    assert found == [("Acme", 5, 130), ("Idle", 0, None)]
    assert told["sums"]["runs"] == 5
    assert asks(acme).get("/api/v1/usage/customers").status_code == 403


def test_a_vendor_is_told_of_each_csp_with_all_below_it(
    asks: Callable[..., FlaskClient], sessions: Sessions, csp: OrganisationView
) -> None:
    assert csp.parent_id is not None
    with sessions.begin() as session:
        vendor = get_organisation(session, csp.parent_id)
        use(session, csp.id, TODAY, runs=1)

    told = asks(vendor).get("/api/v1/usage/customers").get_json()

    assert [(one["name"], one["runs"]) for one in told["items"]] == [("CSP", 6)]


@pytest.mark.usefixtures("csp")
def test_a_finished_month_is_a_file_and_the_present_one_is_refused(
    asks: Callable[..., FlaskClient], acme: OrganisationView
) -> None:
    asker = asks(acme)

    done = asker.get(f"/api/v1/usage/month?month={LONG_AGO:%Y-%m}")
    again = asker.get(f"/api/v1/usage/month?month={LONG_AGO:%Y-%m}")
    early = asker.get("/api/v1/usage/month")

    assert done.mimetype == "text/csv"
    assert f"{LONG_AGO},{acme.id},runs,runs,3" in done.text
    assert done.data == again.data
    assert early.status_code == 409


def test_the_lower_of_both_caps_counts(
    asks: Callable[..., FlaskClient], acme: OrganisationView, csp: OrganisationView
) -> None:
    of_acme = f"/api/v1/organisations/{acme.id}/spend-cap"

    asks(csp).put(of_acme, json={"cents": 500})
    told = asks(acme).put("/api/v1/spend-cap", json={"cents": 900}).get_json()

    assert told == {"own_cents": 900, "provider_cents": 500, "cents": 500}
    assert asks(csp).put(of_acme, json={"cents": None}).get_json()["cents"] == 900


@pytest.mark.usefixtures("csp")
def test_a_cap_that_somebody_set_since_is_not_written_over(
    asks: Callable[..., FlaskClient], acme: OrganisationView
) -> None:
    asker = asks(acme)
    seen = asker.get("/api/v1/spend-cap").headers["ETag"]
    asker.put("/api/v1/spend-cap", json={"cents": 1})

    answer = asker.put("/api/v1/spend-cap", json={"cents": 2}, headers={"If-Match": seen})

    assert answer.status_code == 412
