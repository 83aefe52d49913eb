"""The pages of entries and charges: what was paid, and giving it back once that is confirmed."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from kernel.clock import utc_now
from marketplace.money._tables import MarketCharge
from marketplace.money.charging import Use, charge_use
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView
from tests.factories.money import LISTING, Market, by_use, make_market, price_it, share_it
from tests.integration.conftest import SignedIn
from tests.integration.marketplace.money.lamps import balances

Sessions = sessionmaker[Session]
MONTH = f"{day_of(utc_now()):%Y-%m}"


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(7))
        price_it(session, market.csp, by_use(12))
        share_it(session, market, 2_000)
        day = day_of(utc_now())
        use = Use(used_by=market.customer.id, listing_id=LISTING, key="k", units=10, day=day)
        charge_use(session, use, now=utc_now())
    return market


@pytest.fixture
def charge(sessions: Sessions, market: Market) -> UUID:  # noqa: ARG001  made first
    with sessions() as session:
        return session.scalars(select(MarketCharge.id)).one()


def address(one: OrganisationView, charge: UUID, rest: str = "") -> str:
    return f"/t/{one.slug}/marketplace/charges/{charge}{rest}"


def give_back(client: FlaskClient, where: str, said: dict[str, str]) -> TestResponse:
    """Ask, then confirm what was shown."""
    asked = client.post(f"{where}/ask", data=said).text
    shown = re.search(r'name="left" value="(\d+)"', asked)
    assert shown is not None
    return client.post(f"{where}/give-back", data={**said, "left": shown[1]})


def test_the_entries_of_a_month_lead_to_their_charge(
    signed_in: SignedIn, market: Market, charge: UUID
) -> None:
    client = signed_in("admin", market.customer)

    listed = client.get(f"/t/{market.customer.slug}/marketplace/statements/{MONTH}/entries").text
    shown = client.get(address(market.customer, charge)).text

    assert f"/marketplace/charges/{charge}" in listed
    assert "EUR 1.20" in shown
    assert "Give back" not in shown


def test_what_giving_back_does_is_said_and_nothing_is_entered_before_it_is_confirmed(
    signed_in: SignedIn, sessions: Sessions, market: Market, charge: UUID
) -> None:
    client = signed_in("admin", market.publisher)
    said = {"kind": "credit", "amount": "0.50", "reason": "The lamp did not light"}

    asked = client.post(address(market.publisher, charge, "/ask"), data=said)
    before = balances(sessions, market.publisher, month=MONTH)
    done = give_back(client, address(market.publisher, charge), said)

    assert "gets EUR 0.40 back from you" in asked.text
    assert "gets EUR 0.10 back from the vendor" in asked.text
    assert before == [56]
    assert done.status_code == 303
    assert balances(sessions, market.publisher, market.vendor, month=MONTH) == [16, 4]


def test_what_is_confirmed_twice_is_given_back_once(
    signed_in: SignedIn, sessions: Sessions, market: Market, charge: UUID
) -> None:
    client = signed_in("admin", market.csp)
    said = {"kind": "credit", "amount": "0.20", "reason": "The lamp did not light", "left": "120"}
    where = address(market.csp, charge, "/give-back")

    answers = [client.post(where, data=said).status_code for _ in range(2)]

    assert answers == [303, 409]
    assert balances(sessions, market.customer, month=MONTH) == [-100]


def test_both_sides_read_why_it_was_given_back_and_what_is_left(
    signed_in: SignedIn, market: Market, charge: UUID
) -> None:
    csp = signed_in("admin", market.csp)
    said = {"kind": "credit", "amount": "0.20", "reason": "The lamp did not light"}
    give_back(csp, address(market.csp, charge), said)

    own = csp.get(address(market.csp, charge)).text
    other = signed_in("admin", market.customer).get(address(market.customer, charge)).text

    assert "EUR 1.00" in own
    assert "The lamp did not light" in own
    assert "The lamp did not light" in other


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        pytest.param({"amount": "1.21"}, "amount", id="more than is left"),
        pytest.param({"amount": "0"}, "amount", id="nothing"),
        pytest.param({"amount": "half"}, "amount", id="no number"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
    ],
)
def test_what_cannot_be_given_back_is_said_at_its_field(
    signed_in: SignedIn, market: Market, charge: UUID, wrong: dict[str, str], field: str
) -> None:
    said = {"kind": "credit", "amount": "0.20", "reason": "x"} | wrong

    answer = signed_in("admin", market.csp).post(address(market.csp, charge, "/ask"), data=said)

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_the_vendor_reverses_it_for_all_sides(
    signed_in: SignedIn, sessions: Sessions, market: Market, charge: UUID
) -> None:
    client = signed_in("admin", market.vendor)
    said = {"kind": "reversal", "reason": "A fault of ours"}

    asked = client.post(address(market.vendor, charge, "/ask"), data=said).text
    give_back(client, address(market.vendor, charge), said)
    again = client.post(address(market.vendor, charge, "/ask"), data=said)

    assert "All sides get back" in asked
    assert market.customer.name not in asked
    sides = (market.customer, market.csp, market.publisher, market.vendor)
    assert balances(sessions, *sides, month=MONTH) == [0, 0, 0, 0]
    assert again.status_code == 409


def test_anothers_charge_is_not_there(signed_in: SignedIn, market: Market, charge: UUID) -> None:
    client = signed_in("admin", market.other)

    assert client.get(address(market.other, charge)).status_code == 404


def test_a_customer_gives_nothing_back(signed_in: SignedIn, market: Market, charge: UUID) -> None:
    client = signed_in("admin", market.customer)
    said = {"kind": "reversal", "reason": "x"}

    assert client.post(address(market.customer, charge, "/give-back"), data=said).status_code == 403
