"""Who finds what below providers that decided something, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.offering import upload
from kernel.errors import NotFoundError
from marketplace.catalogue import curating
from marketplace.releases.keeping import Deprecation, deprecate
from marketplace.search.finding import find, get_listing
from marketplace.search.model import Entry, Query
from marketplace.search.seeing import visible_to
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.installs import make_package
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import admin_of, make_below
from tests.factories.releases import ANNA
from tests.factories.tenancy import NOON, make_csp

Sessions = sessionmaker[Session]
LAMP = {"id": "acme.lamp", "title": "Lamp", "summary": "Switches a lamp."}
FAN = {"id": "acme.fan", "title": "Fan", "summary": "Turns a fan."}


@pytest.fixture
def csp(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        make_listed_release(session, **LAMP)
        make_listed_release(session, **FAN)
        return make_csp(session)


@pytest.fixture
def customer(sessions: Sessions, csp: OrganisationView) -> OrganisationView:
    with sessions.begin() as session:
        return make_below(session, csp)


def decide(sessions: Sessions, csp: OrganisationView, listing_id: str, **said: Any) -> None:
    with sessions.begin() as session, as_tenant(session, csp.id):
        curating.set_offer(session, admin_of(csp), listing_id, said, now=NOON)


def refuse(sessions: Sessions, csp: OrganisationView, *listing_ids: str, key: str = "no") -> None:
    rule = {"effect": "refuse", "about": "block", "values": [*listing_ids]}
    with sessions.begin() as session, as_tenant(session, csp.id):
        curating.set_rule(session, admin_of(csp), key, rule, now=NOON)


def found(sessions: Sessions, who: OrganisationView, text: str = "") -> dict[str, Entry]:
    with sessions() as session, as_tenant(session, who.id):
        visible = visible_to(session, who.id)
        page = find(session, Query(text=text), visible=visible)
        return {one.listing_id: one for one in page.entries}


def test_below_a_provider_that_decided_nothing_everything_public_is_found(
    sessions: Sessions, customer: OrganisationView
) -> None:
    assert found(sessions, customer).keys() == {"acme.lamp", "acme.fan"}


def test_what_a_provider_refuses_is_found_by_itself_and_by_others_alone(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    with sessions.begin() as session:
        stranger = make_below(session, make_csp(session))
    refuse(sessions, csp, "acme.fan")

    assert found(sessions, customer).keys() == {"acme.lamp"}
    assert found(sessions, csp).keys() == {"acme.lamp", "acme.fan"}
    assert found(sessions, stranger).keys() == {"acme.lamp", "acme.fan"}
    with sessions() as session, as_tenant(session, customer.id), pytest.raises(NotFoundError):
        get_listing(session, "acme.fan", visible=visible_to(session, customer.id))


def test_a_listing_is_found_by_what_the_provider_calls_it(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    decide(sessions, csp, "acme.fan", title="Ventilator", summary="Moves air.")

    assert found(sessions, customer, "ventilator")["acme.fan"].summary == "Moves air."
    assert found(sessions, customer, "turns") == {}
    assert found(sessions, csp, "ventilator") == {}


def test_a_change_of_the_catalogue_holds_for_the_next_search(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    refuse(sessions, csp, "acme.fan")
    assert found(sessions, customer).keys() == {"acme.lamp"}

    refuse(sessions, csp, "acme.lamp")
    assert found(sessions, customer).keys() == {"acme.fan"}


def test_a_later_version_that_is_held_tells_of_nothing(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    decide(sessions, csp, "acme.lamp", ceiling="1.0.0")
    assert found(sessions, customer)["acme.lamp"].version == "1.0.0"

    with sessions.begin() as session:
        make_listed_release(session, **LAMP, version="1.1.0", keywords=["dimmer"])

    assert found(sessions, csp)["acme.lamp"].version == "1.1.0"
    assert found(sessions, customer)["acme.lamp"].version == "1.0.0"
    assert found(sessions, csp, "dimmer").keys() == {"acme.lamp"}
    assert found(sessions, customer, "dimmer") == {}


def test_a_release_that_is_deprecated_later_gives_way_at_once(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    with sessions.begin() as session:
        newer = make_listed_release(session, **LAMP, version="1.1.0")
    refuse(sessions, csp, "acme.fan")
    assert found(sessions, customer)["acme.lamp"].version == "1.1.0"

    said = Deprecation(reason="It flickers", ends_on=NOON.date())
    with sessions.begin() as session, system(session):
        deprecate(session, newer.owner_id, newer.id, said, by=ANNA, now=NOON)

    assert found(sessions, customer)["acme.lamp"].version == "1.0.0"


def test_what_is_for_named_customers_is_found_by_them_alone(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_below(session, csp)
    audience = {"whom": "named", "customer_ids": [str(other.id)]}
    decide(sessions, csp, "acme.fan", audience=audience)

    assert found(sessions, other).keys() == {"acme.lamp", "acme.fan"}
    assert found(sessions, customer).keys() == {"acme.lamp"}


def test_a_providers_own_block_is_found_by_those_below_it_and_itself(
    sessions: Sessions, csp: OrganisationView, customer: OrganisationView
) -> None:
    own(sessions, csp)
    with sessions.begin() as session:
        stranger = make_below(session, make_csp(session))

    assert "acme.own" in found(sessions, customer, "house")
    assert "acme.own" in found(sessions, csp, "house")
    assert found(sessions, stranger, "house") == {}


def own(sessions: Sessions, csp: OrganisationView) -> None:
    data = make_package(id="acme.own", title="House block", summary="For our house.")
    with sessions.begin() as session, as_tenant(session, csp.id):
        digest = upload(session, csp.id, data, by="Nora", now=NOON).digest
        document = {"digests": [digest]}
        curating.set_private(session, admin_of(csp), "acme.own", document, now=NOON)
