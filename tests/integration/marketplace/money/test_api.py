"""Money over REST: prices are set by whose they are; statements and files are one's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.money.charging import Use, charge_use
from marketplace.money.months import month_of
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView
from tests.factories.money import LISTING, Market, by_use, make_market, price_it, share_it
from tests.integration.conftest import client_of

URL = "/api/v1/marketplace"
As = Callable[[OrganisationView], FlaskClient]


def read(client: FlaskClient, address: str) -> Any:
    return client.get(address).json


@pytest.fixture
def market(sessions: sessionmaker[Session]) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(7))
        price_it(session, market.csp, by_use(12))
        share_it(session, market, 2_000)
        today = day_of(utc_now())
        use = Use(used_by=market.customer.id, listing_id=LISTING, key="one", units=10, day=today)
        charge_use(session, use, now=utc_now())
    return market


@pytest.fixture
def month() -> str:
    return month_of(day_of(utc_now()))


@pytest.fixture
def as_(app: Flask, sessions: sessionmaker[Session]) -> As:
    return lambda one: client_of(app, sessions, one, "admin")


def test_all_four_read_statements_that_agree(as_: As, market: Market, month: str) -> None:
    sides = (market.customer, market.csp, market.publisher, market.vendor)

    told = [read(as_(one), f"{URL}/statements/{month}") for one in sides]

    assert [[t["balance"] for t in one["totals"]] for one in told] == [[-120], [50], [56], [14]]
    assert read(as_(market.other), f"{URL}/statements")["items"] == []


def test_the_csv_says_the_same_as_exact_decimals(as_: As, market: Market, month: str) -> None:
    answer = as_(market.csp).get(f"{URL}/statements/{month}/file")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["hop"], row["amount"]) for row in rows] == [
        ("retail", "1.20"),
        ("share", "-0.14"),
        ("wholesale", "-0.56"),
        ("", "0.50"),
    ]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_bills_have_the_shape_of_tmf678(as_: As, market: Market, month: str) -> None:
    answer = read(as_(market.customer), f"{URL}/statements/{month}/file?format=tmf678")

    bill, rate = answer["customerBill"][0], answer["appliedCustomerBillingRate"][0]
    assert bill["amountDue"] == {"unit": "EUR", "value": 1.2}
    assert bill["state"] == "new"
    assert [one["role"] for one in bill["relatedParty"]] == ["customer", "billingProvider"]
    assert rate["bill"]["id"] == bill["id"]


def test_a_credit_is_given_and_seen_by_both_with_its_reason(
    as_: As, market: Market, month: str
) -> None:
    csp = as_(market.csp)
    items = read(csp, f"{URL}/statements/{month}/entries?listing_id={LISTING}")["items"]
    charge = f"{URL}/charges/{items[0]['charge_id']}"

    given = csp.post(f"{charge}/credit", json={"amount": 20, "reason": "it was late"})
    too_much = csp.post(f"{charge}/credit", json={"amount": 101, "reason": "more"})
    not_theirs = as_(market.customer).post(f"{charge}/reverse", json={"reason": "please"})

    seen = read(as_(market.customer), f"{URL}/statements/{month}/entries")["items"]
    assert [one.status_code for one in (given, too_much, not_theirs)] == [201, 409, 403]
    assert [(one["kind"], one["amount"], one["reason"]) for one in seen] == [
        ("charge", -120, ""),
        ("credit", 20, "it was late"),
    ]


def test_prices_are_set_listed_and_withdrawn(as_: As, market: Market) -> None:
    csp = as_(market.csp)
    wanted = {"listing_id": "baubleworks.star", "hop": "retail", "price": by_use(5)}

    made: Any = csp.post(f"{URL}/prices", json={**wanted, "valid_from": "2027-06-01"}).json
    listed = read(csp, f"{URL}/prices?listing_id=baubleworks.star")["items"]
    gone = csp.delete(f"{URL}/prices/{made['id']}").status_code

    assert listed == [made]
    assert gone == 204
    assert read(csp, f"{URL}/prices?listing_id=baubleworks.star")["items"] == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"valid_from": "2020-01-01"}, 422, id="a day that is over"),
        pytest.param({"valid_from": "soon"}, 422, id="no day"),
        pytest.param({"hop": "wholesale"}, 404, id="of a listing of another's"),
        pytest.param({"listing_id": "lamp"}, 422, id="no listing"),
        pytest.param({"listing_id": "nobodys.lamp"}, 422, id="of a listing nobody publishes"),
        pytest.param({"price": {"kind": "per_use"}}, 422, id="no price"),
    ],
)
def test_a_price_that_will_not_do_is_refused(
    as_: As, market: Market, change: dict[str, object], status: int
) -> None:
    wanted = {"listing_id": LISTING, "hop": "retail", "price": by_use(5)}

    assert as_(market.csp).post(f"{URL}/prices", json={**wanted, **change}).status_code == status


def test_whole_numbers_are_whole_however_they_are_written(
    as_: As, market: Market, month: str
) -> None:
    price = {"kind": "per_month", "currency": "EUR", "amount": 5.0}
    wanted = {"listing_id": "baubleworks.star", "hop": "retail", "price": price}
    csp = as_(market.csp)
    charge_id = read(csp, f"{URL}/statements/{month}/entries")["items"][0]["charge_id"]

    price_made: Any = csp.post(f"{URL}/prices", json=wanted).json
    credited = csp.post(f"{URL}/charges/{charge_id}/credit", json={"amount": 2.0, "reason": "late"})
    shared = as_(market.vendor).post(
        f"{URL}/shares", json={"publisher_id": str(market.publisher.id), "vendor_bp": 15e2}
    )

    assert type(price_made["price"]["amount"]) is int
    assert credited.status_code == 201
    assert type(shared.json and shared.json["vendor_bp"]) is int


def test_the_vendor_alone_sets_shares_and_a_publisher_reads_its_own(
    as_: As, market: Market
) -> None:
    wanted = {"publisher_id": str(market.publisher.id), "vendor_bp": 1_500}

    made = as_(market.vendor).post(f"{URL}/shares", json=wanted)
    refused = as_(market.csp).post(f"{URL}/shares", json=wanted)

    assert (made.status_code, refused.status_code) == (201, 404)
    shares = read(as_(market.publisher), f"{URL}/shares")["items"]
    assert {one["vendor_bp"] for one in shares} == {1_500, 2_000}


def test_what_the_vendor_agreed_is_for_it_and_publishers_and_its_people_for_it_alone(
    as_: As, market: Market
) -> None:
    sides = (market.customer, market.csp, market.publisher, market.vendor)

    told = [as_(one).get(f"{URL}/shares") for one in sides]

    assert [one.status_code for one in told] == [404, 404, 200, 200]
    people = [[one["set_by"] for one in (said.json or {})["items"]] for said in told[2:]]
    assert people[0] == [None]
    assert all(people[1])


def test_a_share_that_does_not_hold_yet_is_withdrawn_by_the_vendor(as_: As, market: Market) -> None:
    vendor = as_(market.vendor)
    held = read(vendor, f"{URL}/shares")["items"][0]["id"]
    wanted = {"vendor_bp": 1_500, "valid_from": "2027-06-01"}
    made: Any = vendor.post(f"{URL}/shares", json=wanted).json

    not_theirs = as_(market.csp).delete(f"{URL}/shares/{made['id']}")
    gone = vendor.delete(f"{URL}/shares/{made['id']}")
    too_late = vendor.delete(f"{URL}/shares/{held}")

    assert [one.status_code for one in (not_theirs, gone, too_late)] == [404, 204, 409]
    assert [one["id"] for one in read(vendor, f"{URL}/shares")["items"]] == [held]


@pytest.mark.parametrize("month", ["2999-01", "201\u0663-05"])
def test_a_month_that_is_ahead_or_none_is_refused_by_name(
    as_: As, market: Market, month: str
) -> None:
    said = read(as_(market.customer), f"{URL}/statements/{month}")

    assert said["status"] == 422
    assert said["errors"][0]["pointer"] == "/month"
