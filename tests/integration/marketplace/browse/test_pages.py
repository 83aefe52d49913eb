"""The customers' pages of the marketplace, on both databases and without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from marketplace.catalogue import curating
from marketplace.money.pricing import set_price
from marketplace.releases.keeping import Deprecation, deprecate
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.flows import flow_document, make_flow
from tests.factories.installs import REACHES_OUT
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import admin_of
from tests.factories.releases import ANNA
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn
from tests.integration.marketplace.browse.conftest import LAMP

Sessions = sessionmaker[Session]
PRICE = {"kind": "per_month", "currency": "EUR", "amount": 500}


def form_of(client: FlaskClient, address: str, **said: str) -> dict[str, str]:
    """Give what the page's install form sends."""
    page = client.get(address).text
    hidden = dict(re.findall(r'name="(version|seen)" value="([^"]+)"', page))
    return {**hidden, **said}


def list_again(sessions: Sessions, version: str, **said: Any) -> None:
    with sessions.begin() as session:
        make_listed_release(session, **LAMP, version=version, **said)


def ask_price(sessions: Sessions, csp: OrganisationView) -> None:
    """Let a CSP ask for a price that holds by now."""
    with sessions.begin() as session, as_tenant(session, csp.id):
        set_price(session, admin_of(csp), "acme.lamp", PRICE, hop="retail", valid_from=None,
                  now=NOON - timedelta(days=1))  # fmt: skip


def use_it(sessions: Sessions, customer: OrganisationView) -> None:
    step = {"block": "acme.lamp", "version": "1.0.0", "config": {"word": "hi"}}
    document = flow_document({"lamp": step}, [], name="Light the yard")
    with sessions.begin() as session, as_tenant(session, customer.id):
        make_flow(session, customer.id, document, publish=False)


def test_a_search_shows_cards_and_what_narrows_them(ann: FlaskClient, here: str) -> None:
    page = ann.get(f"{here}?q=lamp").text

    assert "Switches a lamp." in page
    assert "by Acme" in page
    assert "Free" in page
    assert "q=lamp&amp;kind=block" in page


def test_a_slip_is_told_and_what_finds_nothing_leads_on(ann: FlaskClient, here: str) -> None:
    assert "Shown instead" in ann.get(f"{here}?q=switxhes").text

    page = ann.get(f"{here}?q=zzzzqq").text
    assert "Nothing fits" in page
    assert "Show all" in page


def test_what_the_provider_refuses_is_as_what_is_not_there(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView
) -> None:
    rule = {"effect": "refuse", "about": "block", "values": ["acme.lamp"]}
    with sessions.begin() as session, as_tenant(session, csp.id):
        curating.set_rule(session, admin_of(csp), "no", rule, now=NOON)

    for address in ("listings/acme.lamp", "listings/acme.lamp/1.0.0/picture.svg"):
        refused = ann.get(f"{here}/{address}")
        absent = ann.get(f"{here}/{address.replace('lamp', 'none')}")
        assert refused.status_code == absent.status_code == 404
    assert ann.post(f"{here}/listings/acme.lamp/install").status_code == 404


def test_a_listing_shows_what_is_needed_to_judge_it(ann: FlaskClient, here: str) -> None:
    page = ann.get(f"{here}/listings/acme.lamp").text

    for words in ("What it may do", "What it costs", "How good it is", "help@acme.example",
                  "Versions", "Ways out", "picture.svg", "It says the word louder."):  # fmt: skip
        assert words in page
    picture = ann.get(f"{here}/listings/acme.lamp/1.0.0/picture.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "Lamp" in picture.text
    assert "sandbox" in picture.headers["Content-Security-Policy"]


def test_what_is_agreed_to_is_installed_and_leads_on(ann: FlaskClient, here: str) -> None:
    lamp = f"{here}/listings/acme.lamp"

    answer = ann.post(f"{lamp}/install", data=form_of(ann, lamp))

    assert answer.status_code == 303
    page = ann.get(answer.location).text
    assert "Open a new workflow" in page
    assert "Installed" in ann.get(here).text


def test_what_it_asks_for_has_to_be_agreed_to(
    ann: FlaskClient, here: str, sessions: Sessions
) -> None:
    list_again(sessions, "1.1.0", permissions=REACHES_OUT)
    lamp = f"{here}/listings/acme.lamp"

    refused = ann.post(f"{lamp}/install", data=form_of(ann, lamp))
    assert refused.status_code == 422
    assert "tick that you agree" in refused.text

    taken = ann.post(f"{lamp}/install", data=form_of(ann, lamp, consent="true"))
    assert taken.status_code == 303


def test_what_a_later_version_asks_for_more_is_shown_as_such(
    ann: FlaskClient, here: str, sessions: Sessions
) -> None:
    lamp = f"{here}/listings/acme.lamp"
    ann.post(f"{lamp}/install", data=form_of(ann, lamp))

    list_again(sessions, "1.1.0", permissions=REACHES_OUT)
    page = ann.get(lamp).text

    assert "More than was agreed to before" in page
    assert "Change to version 1.1.0" in page


def test_a_price_is_agreed_to_with_its_words(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView
) -> None:
    lamp = f"{here}/listings/acme.lamp"
    before = form_of(ann, lamp)
    ask_price(sessions, csp)

    assert "I agree to the price: EUR 5.00 a month" in ann.get(lamp).text
    moved = ann.post(f"{lamp}/install", data=before | {"consent": "true"})
    assert moved.status_code == 409
    assert "changed since you looked" in moved.text


def test_a_version_that_is_advised_against_says_why_and_until_when(
    ann: FlaskClient, here: str, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        newer = make_listed_release(session, **LAMP, version="1.1.0")
        said = Deprecation(reason="It flickers", ends_on=NOON.date())
        with system(session):
            deprecate(session, newer.owner_id, newer.id, said, by=ANNA, now=NOON)

    page = ann.get(f"{here}/listings/acme.lamp?version=1.1.0").text

    assert "advises against version 1.1.0" in page
    assert "It flickers" in page
    assert "supported until" in page


def test_removing_names_what_would_break_and_refuses_it(
    ann: FlaskClient, here: str, sessions: Sessions, customer: OrganisationView
) -> None:
    lamp = f"{here}/listings/acme.lamp"
    ann.post(f"{lamp}/install", data=form_of(ann, lamp))
    free = ann.get(f"{lamp}/removal").text
    install = dict(re.findall(r'name="(install)" value="([^"]+)"', free))
    use_it(sessions, customer)

    page = ann.get(f"{lamp}/removal").text
    assert "Light the yard" in page
    assert "cannot be removed yet" in page
    assert ann.post(f"{lamp}/removal", data=install).status_code == 409


def test_what_nothing_uses_is_removed(ann: FlaskClient, here: str) -> None:
    lamp = f"{here}/listings/acme.lamp"
    ann.post(f"{lamp}/install", data=form_of(ann, lamp))
    page = ann.get(f"{lamp}/removal").text
    install = dict(re.findall(r'name="(install)" value="([^"]+)"', page))

    assert ann.post(f"{lamp}/removal", data=install).status_code == 303
    assert ann.get(f"{lamp}/removal").status_code == 404


def test_who_may_not_install_is_told_whom_to_ask(
    signed_in: SignedIn, here: str, customer: OrganisationView
) -> None:
    viewer = signed_in("viewer", customer)

    assert "ask an admin" in viewer.get(f"{here}/listings/acme.lamp").text
    assert viewer.post(f"{here}/listings/acme.lamp/install").status_code == 403
