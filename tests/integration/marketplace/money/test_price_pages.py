"""The pages of prices and shares: who sets what, what is refused where, and what they show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.money._tables import MarketPrice, MarketShare
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView
from tests.factories.money import LISTING, Market, by_month, by_use, make_market, price_it, share_it
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_month(400))
        price_it(session, market.csp, by_month(900))
        share_it(session, market, 2_000)
    return market


def address(one: OrganisationView, rest: str = "") -> str:
    return f"/t/{one.slug}/marketplace/prices{rest}"


def prices(sessions: Sessions, owner: OrganisationView) -> list[MarketPrice]:
    with sessions() as session:
        wanted = select(MarketPrice).where(MarketPrice.owner_id == owner.id)
        return list(session.scalars(wanted.order_by(MarketPrice.valid_from)))


def send(
    client: FlaskClient, one: OrganisationView, rest: str = "", **said: str
) -> tuple[int, str]:
    answer = client.post(address(one, f"/{LISTING}{rest}"), data=said)
    return answer.status_code, answer.text


def test_a_csp_sees_what_it_pays_what_it_asks_and_what_is_left(
    signed_in: SignedIn, market: Market
) -> None:
    text = signed_in("admin", market.csp).get(address(market.csp)).text

    said = [LISTING, "EUR 4.00 a month", "EUR 9.00 a month", "EUR 5.00"]
    assert [word for word in said if word not in text] == []


def test_a_price_that_is_filled_in_holds_from_its_day_on(
    signed_in: SignedIn, sessions: Sessions, market: Market
) -> None:
    later = day_of(utc_now()) + timedelta(days=40)
    said = {"kind": "per_use", "currency": "EUR", "amount-0": "0.05", "trial_days": "14"}

    status, _ = send(
        signed_in("admin", market.csp), market.csp, valid_from=later.isoformat(), **said
    )

    made = prices(sessions, market.csp)[-1]
    assert status == 303
    assert (made.hop, made.valid_from, made.document["trial_days"]) == ("retail", later, 14)
    assert made.document["tiers"] == [{"up_to": None, "amount": 5, "per": 1}]


def test_what_is_refused_is_said_at_its_field_and_nothing_is_set(
    signed_in: SignedIn, sessions: Sessions, market: Market
) -> None:
    before = len(prices(sessions, market.csp))
    client = signed_in("admin", market.csp)

    status, text = send(client, market.csp, kind="per_month", currency="EUR", amount="9,000")
    late, told = send(client, market.csp, kind="free", valid_from="2020-01-01")

    assert (status, late) == (422, 422)
    assert 'id="field-amount-error"' in text
    assert 'id="field-valid_from-error"' in told
    assert len(prices(sessions, market.csp)) == before


def test_an_example_is_worked_out_and_rows_are_added_without_setting_anything(
    signed_in: SignedIn, sessions: Sessions, market: Market
) -> None:
    before = len(prices(sessions, market.csp))
    client = signed_in("admin", market.csp)
    said = {"kind": "per_use", "currency": "EUR", "amount-0": "0.05", "uses": "3200"}

    status, text = send(client, market.csp, "/preview", **said, more="1")

    assert status == 200
    assert "3,200 uses in a month come to EUR 160.00." in text
    assert 'name="amount-4"' in text
    assert len(prices(sessions, market.csp)) == before


def test_only_what_does_not_hold_yet_is_withdrawn(
    signed_in: SignedIn, sessions: Sessions, market: Market
) -> None:
    client, held = signed_in("admin", market.csp), prices(sessions, market.csp)[0]
    with sessions.begin() as session:
        coming = price_it(session, market.csp, by_use(3), now=utc_now())

    status, text = send(client, market.csp, f"/{held.id}/withdraw")
    done, _ = send(client, market.csp, f"/{coming.id}/withdraw")

    assert (status, done) == (409, 303)
    assert "holds already" in text
    assert [one.id for one in prices(sessions, market.csp)] == [held.id]


def test_another_publishers_listing_has_no_page(signed_in: SignedIn, market: Market) -> None:
    client = signed_in("admin", market.vendor)

    assert client.get(address(market.vendor, f"/{LISTING}")).status_code == 404
    assert client.get(address(market.vendor, "/nobody.lamp")).status_code == 404


def test_the_vendor_sets_a_share_and_its_publisher_reads_it(
    signed_in: SignedIn, market: Market
) -> None:
    said = {"publisher": str(market.publisher.id), "percent": "12.5"}
    vendor, shares = signed_in("admin", market.vendor), address(market.vendor, "/shares")

    answer = vendor.post(shares, data=said)
    wrong = vendor.post(shares, data=said | {"percent": "a fifth"})
    read = signed_in("admin", market.publisher).get(address(market.publisher, "/shares")).text

    assert (answer.status_code, wrong.status_code) == (303, 422)
    assert 'id="field-percent-error"' in wrong.text
    assert "12.5 %" in read
    assert "20 %" in read
    assert "Nora" not in read


def test_a_share_that_does_not_hold_yet_is_withdrawn(
    signed_in: SignedIn, sessions: Sessions, market: Market
) -> None:
    vendor, shares = signed_in("admin", market.vendor), address(market.vendor, "/shares")
    vendor.post(shares, data={"percent": "30"})
    with sessions() as session:
        made = session.scalars(select(MarketShare).where(MarketShare.vendor_bp == 3_000)).one()

    answer = vendor.post(f"{shares}/{made.id}/withdraw")

    assert answer.status_code == 303
    vendor.get(shares)  # what was told of both is shown once
    assert "30 %" not in vendor.get(shares).text


def test_for_a_csp_there_are_no_shares(signed_in: SignedIn, market: Market) -> None:
    client = signed_in("admin", market.csp)

    assert client.get(address(market.csp, "/shares")).status_code == 404


def test_the_search_box_holds_what_was_looked_for(signed_in: SignedIn, market: Market) -> None:
    client = signed_in("admin", market.csp)

    assert 'value="Block or pack"' not in client.get(address(market.csp)).text
    assert 'value="lamp"' in client.get(address(market.csp, "?q=lamp")).text


def test_a_publisher_reads_what_the_vendor_keeps_of_its_price(
    signed_in: SignedIn, market: Market
) -> None:
    text = signed_in("admin", market.publisher).get(address(market.publisher, f"/{LISTING}")).text

    assert "20 %" in text
    assert "EUR 3.20 a month" in text


def test_a_price_below_cost_is_set_and_warned_of(signed_in: SignedIn, market: Market) -> None:
    client = signed_in("admin", market.csp)
    said = {"kind": "per_month", "currency": "EUR", "amount": "3,00"}

    assert "you pay EUR 1.00 more" in send(client, market.csp, "/preview", **said)[1]
    assert send(client, market.csp, **said)[0] == 303
    assert "you pay EUR 1.00 more" in client.get(address(market.csp, f"/{LISTING}")).text
