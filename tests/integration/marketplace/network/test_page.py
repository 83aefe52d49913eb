"""The pages and REST of ratings and leaders, as people and programs use them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.network.rounds import NetworkRounds
from runtime.use.recording import day_of
from tests.factories.money import LISTING, Market, make_market
from tests.factories.proven import list_it, rate_it, use_it, users_of
from tests.integration.conftest import SignedIn, client_of

Sessions = sessionmaker[Session]
REST = f"/api/v1/marketplace/listings/{LISTING}"


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        list_it(session)
        return market


def prove(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer, day=day_of(utc_now()))


def test_who_used_it_too_little_reads_how_far_away_a_rating_is(
    signed_in: SignedIn, market: Market
) -> None:
    text = signed_in("admin", market.customer).get(page_of(market)).text

    assert "20 more uses are needed, or uses on 3 more days" in text
    assert 'name="stars"' not in text


def page_of(market: Market) -> str:
    return f"/t/{market.customer.slug}/marketplace/listings/{LISTING}/ratings"


def test_a_rating_is_given_refused_changed_and_taken_back_by_form(
    sessions: Sessions, signed_in: SignedIn, market: Market
) -> None:
    prove(sessions, market)
    client = signed_in("admin", market.customer)

    refused = client.post(page_of(market), data={"words": "<b>Bright</b>"})
    assert (refused.status_code, "choose 1 to 5" in refused.text) == (422, True)
    assert "&lt;b&gt;Bright&lt;/b&gt;" in refused.text
    assert client.post(page_of(market), data={"stars": "4", "words": "Bright"}).status_code == 303
    text = client.get(page_of(market)).text
    assert ("Yours" in text, "A customer of a CSP" in text) == (True, True)
    client.post(f"{page_of(market)}/take-back")
    assert "Nobody has rated it yet" in client.get(page_of(market)).text


def test_a_program_rates_and_another_reads_it(
    app: Flask, sessions: Sessions, market: Market
) -> None:
    rater = client_of(app, sessions, market.customer, "admin")
    early = rater.put(f"{REST}/rating", json={"stars": 5})
    prove(sessions, market)
    made = rater.put(f"{REST}/rating", json={"stars": 5, "signed": True})
    other = client_of(app, sessions, market.other, "viewer")

    assert (early.status_code, made.status_code) == (409, 200)
    (read,) = other.get(f"{REST}/ratings?stars=5").get_json()["items"]
    assert (read["by"], read["own"], read["signed"]) == ("Acme", False, True)
    told = other.get(f"{REST}/rating").get_json()
    assert (told["organisations"], told["average"], told["may_rate"]) == (1, None, False)
    assert other.get(f"{REST}/works-with").get_json() == {"after": [], "before": []}


def test_reviewers_decide_what_was_reported(
    sessions: Sessions, signed_in: SignedIn, market: Market
) -> None:
    prove(sessions, market)
    with sessions.begin() as session:
        rating = rate_it(session, market.customer, 1, "Rude.", now=utc_now())
    other = signed_in("admin", market.other)
    there = f"/t/{market.other.slug}/marketplace/listings/{LISTING}/ratings"
    other.post(f"{there}/{rating.id}/report", data={"reason": "It is rude."})
    vendor, where = signed_in("reviewer", market.vendor), f"/t/{market.vendor.slug}/marketplace"

    text = vendor.get(f"{where}/reported-ratings").text
    assert ("Rude." in text, "It is rude." in text, "Acme" in text) == (True, True, False)
    without = vendor.post(f"{where}/reported-ratings/{rating.id}/hide", data={"reason": ""})
    assert without.status_code == 422
    vendor.post(f"{where}/reported-ratings/{rating.id}/hide", data={"reason": "Insults."})
    assert "Rude." not in other.get(there).text
    assert "Insults." in vendor.get(f"{where}/reported-ratings?state=hidden").text


def test_leaders_are_shown_by_month_and_say_what_will_be_there(
    sessions: Sessions, signed_in: SignedIn, market: Market
) -> None:
    client, where = signed_in("viewer", market.other), f"/t/{market.other.slug}/marketplace/leaders"
    assert "No leaders in" in client.get(where).text
    with sessions.begin() as session:
        for one in users_of(session, 5):
            use_it(session, one)
    NetworkRounds(sessions, sessions).round(now=utc_now())

    text = client.get(where).text
    assert "Lamp" in text
    assert "5 organisations" in text
    assert client.get(f"{where}?month=2199-01").status_code == 422
