"""What a customer has installed and is offered no more, on both databases."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from marketplace.catalogue import curating, foreseeing, shelf
from marketplace.catalogue.overlay import About, Effect, Rule
from marketplace.recalls.store import Wish, recall
from marketplace.releases.store import find_release
from marketplace.search.finding import find
from marketplace.search.model import Query
from marketplace.search.seeing import visible_to
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import admin_of
from tests.factories.plans import on_plan
from tests.factories.tenancy import NOON
from tests.integration.marketplace.browse.conftest import LAMP
from tests.integration.marketplace.browse.test_pages import ask_price, form_of

Sessions = sessionmaker[Session]


def install(ann: FlaskClient, here: str) -> None:
    lamp = f"{here}/listings/acme.lamp"
    assert ann.post(f"{lamp}/install", data=form_of(ann, lamp, consent="true")).status_code == 303


def take_back(sessions: Sessions, csp: OrganisationView, version: str) -> None:
    with sessions.begin() as session, as_tenant(session, csp.id):
        release = find_release(session, "acme.lamp", version)
        assert release is not None
        recall(session, admin_of(csp), release.digest, Wish(reason="It leaks"), now=NOON)


def refuse(sessions: Sessions, csp: OrganisationView, listing_id: str = "acme.lamp") -> None:
    rule = {"effect": "refuse", "about": "block", "values": [listing_id]}
    with sessions.begin() as session, as_tenant(session, csp.id):
        curating.set_rule(session, admin_of(csp), "no", rule, now=NOON)


def test_a_version_that_the_provider_recalled_is_found_by_nobody_below_it(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView,
    customer: OrganisationView,
) -> None:  # fmt: skip
    with sessions() as session, as_tenant(session, customer.id):
        visible = visible_to(session, customer.id)
        assert find(session, Query(), visible=visible).total == 1
    install(ann, here)

    take_back(sessions, csp, "1.0.0")

    with sessions() as session, as_tenant(session, customer.id):
        visible = visible_to(session, customer.id)
        assert find(session, Query(), visible=visible).total == 0
    page = ann.get(f"{here}/listings/acme.lamp").text
    assert "no longer offered" in page
    assert "Recalled: It leaks" in page
    assert "Install version" not in page
    with sessions() as session, as_tenant(session, csp.id):
        asked = shelf.Asked(is_kept_back=True)
        [kept_back] = shelf.list_shown(session, admin_of(csp), asked, limit=9, now=NOON)
    assert kept_back.why == "1.0.0: It was recalled: It leaks."


def test_another_version_takes_the_place_of_one_that_was_recalled(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        make_listed_release(session, **LAMP, version="1.1.0")
    take_back(sessions, csp, "1.1.0")

    page = ann.get(f"{here}/listings/acme.lamp").text

    assert "Install version 1.0.0" in page
    assert ann.get(f"{here}/listings/acme.lamp?version=1.1.0").status_code == 404


def test_who_recalled_a_version_is_not_offered_it_either(
    signed_in: object, sessions: Sessions, csp: OrganisationView
) -> None:
    take_back(sessions, csp, "1.0.0")
    assert callable(signed_in)

    page = signed_in("admin", csp).get(f"/t/{csp.slug}/marketplace/listings/acme.lamp").text

    assert "Version 1.0.0 was recalled" in page
    assert "Install version" not in page


def test_a_look_at_a_rule_counts_who_has_what_it_takes_away(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView
) -> None:
    install(ann, here)
    rule = Rule(key="no", effect=Effect.REFUSE, about=About.BLOCK, values=frozenset({"acme.lamp"}))
    with sessions() as session, as_tenant(session, csp.id):
        who = admin_of(csp)
        then = foreseeing.with_rule(foreseeing.overlay_now(session, who), rule)

        [taken] = foreseeing.foresee(session, who, then, now=NOON).taken

    assert taken.had_by == 1


def test_what_a_rule_takes_away_is_shown_to_who_has_it_with_its_price_and_the_way_out(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView
) -> None:
    ask_price(sessions, csp)
    install(ann, here)
    refuse(sessions, csp)

    page = ann.get(f"{here}/listings/acme.lamp")

    assert page.status_code == 200
    for words in ("no longer offered", "Version 1.0.0", "EUR 5.00 a month", "/removal"):
        assert words in page.text
    assert "Switches a lamp." not in page.text


def test_who_is_on_a_plan_that_holds_nothing_of_it_is_told_so_and_whom_to_ask(
    ann: FlaskClient, here: str, sessions: Sessions, csp: OrganisationView,
    customer: OrganisationView,
) -> None:  # fmt: skip
    with sessions.begin() as session:
        on_plan(session, customer, "Starter", blocks=["garland.*"])
    refuse(sessions, csp, "acme.fan")

    page = ann.get(here).text

    assert "Your plan holds no blocks of the marketplace" in page
    assert "Starter, the plan here" in page
    assert f"Ask {csp.name} for another plan" in page
