"""What stands round a listing on its page, where it leads, and what it costs whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from marketplace.advisories.store import Writer, publish
from marketplace.collections.keeping import make_collection
from marketplace.collections.model import Wanted
from marketplace.money.pricing import set_price
from marketplace.pictures.store import add_picture
from marketplace.proven._tables import MarketListingFigure
from marketplace.releases.publishers import owner_of_namespace
from marketplace.together._tables import MarketPair
from marketplace.together.model import ANY_PORT
from marketplace.wishes.answering import Answer, answer
from marketplace.wishes.store import ask
from tenancy._tables import Environment
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant, system
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import admin_of, make_below
from tests.factories.pictures import make_picture
from tests.factories.proven import rate_it, use_it, users_of
from tests.factories.releases import ANNA
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn, client_of
from tests.integration.marketplace.browse.test_pages import form_of

pytestmark = pytest.mark.usefixtures("csp")
Sessions = sessionmaker[Session]
REST = "/api/v1/marketplace/listings"
LAMP, FAN = "acme.lamp", "acme.fan"
MONTH = {"kind": "per_month", "currency": "EUR", "amount": 500}
FLAW: dict[str, Any] = {
    "severity": "high",
    "title": "It tells the word to everybody",
    "text": "Whoever reads the log reads the word.",
    "affected": "<2.0.0",
}


@pytest.fixture
def publisher(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        owner = owner_of_namespace(session, "acme")
        assert owner is not None
        return get_organisation(session, owner)


def price_it(
    sessions: Sessions, who: OrganisationView, hop: str, *, days_ago: int = 1, **said: Any
) -> None:
    """Set a price of the lamp as of so many days ago, which holds from the day after."""
    with sessions.begin() as session, as_tenant(session, who.id):
        set_price(session, admin_of(who), LAMP, MONTH | said, hop=hop, valid_from=None,
                  now=NOON - timedelta(days=days_ago))  # fmt: skip


def test_its_page_says_what_others_make_of_it_and_leads_there(
    ann: FlaskClient, here: str, sessions: Sessions, publisher: OrganisationView
) -> None:
    with sessions.begin() as session:
        make_listed_release(session, id=FAN, title="Fan", summary="Turns a fan.")
        for user in users_of(session, 3):
            use_it(session, user, listing_id=LAMP)
            rate_it(session, user, 4, listing_id=LAMP)
        session.merge(MarketListingFigure(listing_id=LAMP, organisations=7))
        session.add(MarketPair(from_id=LAMP, to_id=FAN, port=ANY_PORT, organisations=6))
        wanted = Wanted(title="First lamps", summary="To begin with.", listings=(LAMP,))
        with as_tenant(session, publisher.id):
            make_collection(session, admin_of(publisher), wanted, now=NOON)
            add_picture(session, publisher.id, LAMP, (make_picture(), "A lit lamp"),
                        by=ANNA, now=NOON)  # fmt: skip

    page = ann.get(f"{here}/listings/{LAMP}").text

    for words in ("3 ratings", "Used by 7 organisations", "First lamps", 'alt="A lit lamp"',
                  "in 6 organisations", f"{here}/listings/{LAMP}/ratings",
                  f'href="{here}/listings/{FAN}"'):  # fmt: skip
        assert words in page
    assert f'href="{here}/listings/{LAMP}"' in ann.get(f"{here}/listings/{LAMP}/ratings").text


def test_an_advisory_is_told_there_to_who_has_a_version_that_it_means(
    ann: FlaskClient, here: str, sessions: Sessions, publisher: OrganisationView
) -> None:
    lamp = f"{here}/listings/{LAMP}"
    who = Writer(tenant_id=publisher.id, is_vendor=False, actor=ANNA)
    with sessions.begin() as session, as_tenant(session, publisher.id):
        publish(session, who, LAMP, FLAW, now=NOON)
    assert FLAW["title"] not in ann.get(lamp).text

    ann.post(f"{lamp}/install", data=form_of(ann, lamp))

    assert FLAW["title"] in ann.get(lamp).text


def test_what_comes_and_the_days_for_nothing_are_shown_and_agreed_to(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView
) -> None:
    lamp = f"{here}/listings/{LAMP}"
    price_it(sessions, csp, "retail", trial_days=14)
    price_it(sessions, csp, "retail", days_ago=-9_000, amount=900)

    page = ann.get(lamp).text

    assert "Free for your first 14 days" in page
    assert "From 1" in page
    assert "; from 1" in page
    assert "EUR 9.00 a month" in page


def test_a_customer_is_told_no_kind_of_what_its_provider_pays(
    app: Flask,
    sessions: Sessions,
    csp: OrganisationView,
    customer: OrganisationView,
    publisher: OrganisationView,
) -> None:
    price_it(sessions, publisher, "wholesale")
    with sessions.begin() as session:
        apart = make_below(session, csp)
        row = Environment(organisation_id=apart.id, live_id=customer.id, name="Test", made_at=NOON)
        with system(session):
            session.add(row)

    told = {}
    for one in (csp, customer, apart):
        client = client_of(app, sessions, one, "admin")
        found = client.get(f"{REST}?q=lamp").json or {}
        told[one.id] = (
            found["items"][0]["price"],
            (client.get(f"{REST}/{LAMP}").json or {})["price"],
            "price" in [facet["name"] for facet in found["facets"]],
            client.get(f"{REST}?price=per_month").status_code,
        )

    assert told[csp.id] == ("per_month", "per_month", True, 200)
    assert told[customer.id] == told[apart.id] == ("free", "free", False, 422)


def test_what_is_not_found_can_be_asked_of_a_provider_by_who_may(
    ann: FlaskClient,
    here: str,
    signed_in: SignedIn,
    csp: OrganisationView,
    customer: OrganisationView,
) -> None:
    asks = f"{here}/wishes?for=zzzz+qqq"

    assert asks in ann.get(f"{here}?q=zzzz+qqq").text
    assert f"{here}/wishes?for=lamp" in ann.get(f"{here}?q=lamp").text
    assert asks not in signed_in("viewer", customer).get(f"{here}?q=zzzz+qqq").text
    above = signed_in("admin", csp).get(f"/t/{csp.slug}/marketplace?q=zzzz+qqq").text
    assert "wishes?for=" not in above


def test_what_answers_a_wish_is_a_link_while_one_sees_it(
    ann: FlaskClient,
    here: str,
    sessions: Sessions,
    csp: OrganisationView,
    customer: OrganisationView,
) -> None:
    with sessions.begin() as session:
        with as_tenant(session, customer.id):
            wish = ask(session, admin_of(customer), "A lamp for the yard, please", now=NOON)
        with as_tenant(session, csp.id):
            given = Answer(words="Here it is", offered=LAMP)
            answer(session, admin_of(csp), wish.id, given, now=NOON)

    assert f'href="{here}/listings/{LAMP}"' in ann.get(f"{here}/wishes").text


def test_who_sets_a_price_finds_it_from_the_offer_and_from_the_studio(
    signed_in: SignedIn, sessions: Sessions, csp: OrganisationView, publisher: OrganisationView
) -> None:
    price_it(sessions, csp, "retail")
    price_it(sessions, publisher, "wholesale", amount=300)

    offer = signed_in("admin", csp).get(f"/t/{csp.slug}/marketplace/catalogue/listings/{LAMP}").text
    studio = (
        signed_in("integrator", publisher)
        .get(f"/t/{publisher.slug}/marketplace/studio/listings/{LAMP}")
        .text
    )

    assert f"/t/{csp.slug}/marketplace/prices/{LAMP}" in offer
    assert "Price: EUR 5.00 a month" in offer
    assert f"/t/{publisher.slug}/marketplace/prices/{LAMP}" in studio
    assert "EUR 3.00 a month" in studio
