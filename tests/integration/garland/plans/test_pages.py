"""The pages of plans: made, changed after a question, given to a customer after a look ahead."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from garland.plans.looking_ahead import what_would_stop
from runtime.use.recording import day_of
from tenancy.custom_roles.store import list_roles
from tenancy.environments import environments_of
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans.assigning import plan_of
from tenancy.plans.terms import read_terms
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.flows import chain_document, make_flow
from tests.factories.plans import make_plan_of, on_plan
from tests.factories.tenancy import NOON, make_member
from tests.factories.use import use
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    assert acme.parent_id is not None
    with sessions.begin() as session:
        return get_organisation(session, acme.parent_id)


@pytest.fixture
def browser(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    """Nora of billing at acme's CSP."""
    return signed_in("billing", csp)


def losses(sessions: Sessions, acme: OrganisationView, **terms: Any) -> dict[str, str]:
    with sessions() as session:
        found = what_would_stop(session, acme.id, read_terms(terms), now=NOON)
    return {one.what: one.stands for one in found}


def test_a_plan_that_holds_all_that_is_there_would_stop_nothing(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        make_member(session, acme)

    assert losses(sessions, acme, quotas={"members": 1, "runs_a_day": 1}) == {}


def test_what_another_plan_does_not_hold_is_told_in_numbers(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        for _ in range(3):
            make_member(session, acme)
        use(session, acme.id, day_of(NOON), events=900, runs=2)
        with as_tenant(session, acme.id):
            make_flow(session, acme.id, chain_document(1))
            create_token(session, acme.id, name="t", role="viewer", now=NOON)
            assert (len(environments_of(session, acme.id)), list_roles(session, acme.id)) == (1, [])

    told = losses(
        sessions,
        acme,
        quotas={"members": 2, "events_a_day": 800, "runs_a_day": 2},
        blocks=["acme.*"],
        features=["environments", "custom_roles"],
    )

    assert told["Members"] == "3 people, and the plan holds 2"
    assert "up to 900 events, and it holds 800" in told["Alarm events a day"]
    assert "1 of its live workflows use them" in told["Blocks"]
    assert told["API tokens"].startswith("1 of them")
    assert len(told) == 4


def test_a_customers_page_of_plans_shows_what_would_stop_before_anything_is_done(
    browser: FlaskClient, sessions: Sessions, acme: OrganisationView, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        for _ in range(2):
            make_member(session, acme)
        small = make_plan_of(session, acme, "Small", quotas={"members": 1})
    address = f"/t/{csp.slug}/customers/{acme.id}/plan"

    page = browser.get(f"{address}?to={small.id}").text
    with sessions() as session:
        before = plan_of(session, acme.id)
    answer = browser.post(address, data={"to": str(small.id), "trial_days": "0"})

    assert "What Small would stop" in page
    assert "2 people, and the plan holds 1" in page
    assert "Change to Small all the same" in page
    assert before is None
    assert answer.status_code == 303
    with sessions() as session:
        on = plan_of(session, acme.id)
    assert on is not None
    assert on.plan.name == "Small"


def test_what_is_no_plan_takes_nobody_off_theirs(
    browser: FlaskClient, sessions: Sessions, acme: OrganisationView, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        on_plan(session, acme)

    answer = browser.post(f"/t/{csp.slug}/customers/{acme.id}/plan", data={"to": "nonsense"})

    assert answer.status_code == 422
    with sessions() as session:
        assert plan_of(session, acme.id) is not None


def test_a_change_for_those_who_are_on_a_plan_is_asked_for_first(
    browser: FlaskClient, sessions: Sessions, acme: OrganisationView, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        plan = on_plan(session, acme)
    address = f"/t/{csp.slug}/plans/{plan.id}"
    form = {"name": "Basic", "quotas.members": "7", "revision": "1", "support": "community"}

    asked = browser.post(address, data=form)
    done = browser.post(address, data={**form, "confirmed": "yes"})

    assert "Change it for 1 organisation?" in asked.text
    assert 'value="7"' in asked.text
    assert done.status_code == 303


def test_a_plan_that_cannot_be_is_shown_again_with_what_is_wrong(
    browser: FlaskClient, csp: OrganisationView
) -> None:
    form = {"name": "Gold", "quotas.members": "many", "monthly": "12.345", "support": "community"}

    page = browser.post(f"/t/{csp.slug}/plans", data=form)

    assert page.status_code == 422
    assert 'value="12.345"' in page.text
    assert "write an amount such as 99 or 99.50" in page.text


def test_a_provider_chooses_what_it_is_mailed_of_customers(
    browser: FlaskClient, csp: OrganisationView
) -> None:
    address = f"/t/{csp.slug}/plans"

    answer = browser.post(f"{address}/warnings", data={"of_customers": "none"})

    assert answer.status_code == 303
    assert '<option value="none" selected' in browser.get(address).text
