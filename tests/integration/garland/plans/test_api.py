"""Plans over REST: made, changed by who saw them last, given to customers after a look ahead."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.tenancy import make_customer, make_member
from tests.factories.use import use
from tests.integration.conftest import client_of

Sessions = sessionmaker[Session]
SMALL = {"name": "Small", "quotas": {"members": 1, "runs_a_day": 5}, "features": []}


@pytest.fixture
def csp(app: Flask, sessions: Sessions, acme: OrganisationView) -> FlaskClient:
    """A program of acme's CSP."""
    assert acme.parent_id is not None
    with sessions.begin() as session:
        above = get_organisation(session, acme.parent_id)
    return client_of(app, sessions, above, "billing")


def made(csp: FlaskClient, **said: Any) -> dict[str, Any]:
    answer = csp.post("/api/v1/plans", json={**SMALL, **said})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_plan_is_made_listed_and_read_with_what_it_holds(csp: FlaskClient) -> None:
    price = {"currency": "CHF", "monthly_cents": 9900}

    plan = made(csp, price=price)

    assert plan["quotas"] == SMALL["quotas"]
    assert plan["price"] == {**price, "metered": {}}
    assert csp.get("/api/v1/plans").get_json()["items"] == [plan]
    assert csp.get(f"/api/v1/plans/{plan['id']}").headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"quotas": {"members": 0}}, "/quotas/members"),
        ({"quotas": {"moons": 1}}, "/quotas/moons"),
        ({"features": ["moon"]}, "/features/0"),
        ({"price": {"currency": "chf"}}, "/price/currency"),
        ({"name": " "}, "/name"),
    ],
)
def test_a_plan_that_cannot_be_names_the_field(
    csp: FlaskClient, said: dict[str, Any], pointer: str
) -> None:
    answer = csp.post("/api/v1/plans", json={**SMALL, **said})

    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


def test_a_plan_is_changed_only_by_who_saw_its_newest_revision(csp: FlaskClient) -> None:
    address = f"/api/v1/plans/{made(csp)['id']}"
    said = {**SMALL, "name": "Tiny"}

    statuses = [
        csp.put(address, json=said, headers=headers).status_code
        for headers in ({}, {"If-Match": '"1"'}, {"If-Match": '"1"'})
    ]

    assert statuses == [428, 200, 412]
    assert csp.get(address).get_json()["name"] == "Tiny"


def test_before_a_customer_is_put_on_a_plan_it_is_told_what_would_stop(
    csp: FlaskClient, sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        for _ in range(2):
            make_member(session, acme)
        use(session, acme.id, day_of(utc_now()), runs=8)
    plan = made(csp)

    stops = csp.get(f"/api/v1/organisations/{acme.id}/plan/preview?to={plan['id']}").get_json()

    told = {one["what"]: one["stands"] for one in stops["stops"]}
    assert told["Members"] == "2 people, and the plan holds 1"
    assert "up to 8 runs, and it holds 5" in told["Runs a day"]


def test_a_customer_is_put_on_a_plan_on_trial_and_taken_off_it(
    csp: FlaskClient, app: Flask, sessions: Sessions, acme: OrganisationView
) -> None:
    plan, address = made(csp), f"/api/v1/organisations/{acme.id}/plan"
    customer = client_of(app, sessions, acme, "viewer")

    put = csp.put(address, json={"plan_id": plan["id"], "trial_days": 14}).get_json()
    on_it = csp.get(f"/api/v1/plans/{plan['id']}/organisations").get_json()["items"]
    own = customer.get(address).get_json()
    off = csp.put(address, json={"plan_id": None}).get_json()

    assert put["trial_until"] is not None
    assert own == put
    assert [one["id"] for one in on_it] == [str(acme.id)]
    assert off["plan"] is None


def test_who_looked_at_another_plan_meanwhile_changes_nothing(
    csp: FlaskClient, acme: OrganisationView
) -> None:
    plan, address = made(csp), f"/api/v1/organisations/{acme.id}/plan"
    seen = csp.get(address).headers["ETag"]
    csp.put(address, json={"plan_id": plan["id"]})

    answer = csp.put(address, json={"plan_id": None}, headers={"If-Match": seen})

    assert answer.status_code == 412
    assert csp.get(address).get_json()["plan"]["id"] == plan["id"]


def test_a_plan_is_retired_and_deleted_only_while_nobody_is_on_it(
    csp: FlaskClient, acme: OrganisationView
) -> None:
    plan = made(csp)
    address, of_acme = f"/api/v1/plans/{plan['id']}", f"/api/v1/organisations/{acme.id}/plan"
    csp.put(of_acme, json={"plan_id": plan["id"]})

    retired = csp.post(f"{address}/retire").get_json()
    refused = csp.delete(address)
    csp.put(of_acme, json={"plan_id": None})
    deleted = csp.delete(address)

    assert retired["retired_at"] is not None
    assert (refused.status_code, deleted.status_code) == (409, 204)


def test_what_is_anothers_is_not_found(csp: FlaskClient, app: Flask, sessions: Sessions) -> None:
    with sessions.begin() as session:
        stranger = make_customer(session, "Stranger")
        assert stranger.parent_id is not None
        other = get_organisation(session, stranger.parent_id)
    plan = made(csp)

    told = {
        csp.get(f"/api/v1/organisations/{stranger.id}/plan").status_code,
        csp.put(f"/api/v1/organisations/{stranger.id}/spend-cap", json={"cents": 1}).status_code,
        client_of(app, sessions, other, "admin").get(f"/api/v1/plans/{plan['id']}").status_code,
    }

    assert told == {404}
