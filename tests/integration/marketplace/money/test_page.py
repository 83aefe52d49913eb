"""The page of statements: each side reads its own in words, and what there is not."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from marketplace.money.charging import Use, charge_use
from runtime.use.recording import day_of
from tenancy.organisations import OrganisationView
from tests.factories.money import LISTING, Market, by_use, make_market, price_it, share_it
from tests.integration.conftest import SignedIn


@pytest.fixture
def market(sessions: sessionmaker[Session]) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(7))
        price_it(session, market.csp, by_use(12))
        share_it(session, market, 2_000)
        day = day_of(utc_now())
        use = Use(used_by=market.customer.id, listing_id=LISTING, key="k", units=10, day=day)
        charge_use(session, use, now=utc_now())
    return market


def page(client: FlaskClient, one: OrganisationView, query: str = "") -> str:
    return client.get(f"/t/{one.slug}/marketplace/statements{query}").text


@pytest.mark.parametrize(
    ("side", "said"),
    [
        pytest.param(
            "customer", ["What you pay", "EUR 1.20", "Balance that you owe"], id="customer"
        ),
        pytest.param(
            "csp",
            ["What your customers pay you", "What you pay publishers", "EUR 0.56", "EUR 0.50"],
            id="csp",
        ),
        pytest.param("publisher", ["What you earn", "EUR 0.56"], id="publisher"),
        pytest.param("vendor", ["Your share", "EUR 0.14"], id="vendor"),
    ],
)
def test_each_side_reads_what_it_pays_and_receives(
    signed_in: SignedIn, market: Market, side: str, said: list[str]
) -> None:
    one = getattr(market, side)

    text = page(signed_in("admin", one), one)

    assert [word for word in said if word not in text] == []


def test_where_nothing_was_used_the_page_says_what_will_be_there(
    signed_in: SignedIn, market: Market
) -> None:
    text = page(signed_in("admin", market.other), market.other)

    assert "Nothing in" in text
    assert LISTING not in text


def test_who_may_not_see_statements_has_no_page_of_them(
    signed_in: SignedIn, market: Market
) -> None:
    viewer = signed_in("viewer", market.customer)

    answer = viewer.get(f"/t/{market.customer.slug}/marketplace/statements")

    assert answer.status_code == 403
    assert "/marketplace/statements" not in viewer.get(f"/t/{market.customer.slug}/").text
