"""The demo's marketplace: published, checked, reviewed and priced as people would do it."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.demo.market import demo_market
from garland.demo.seed import ORGANISATIONS, PEOPLE
from garland.services import Services
from garland.trust import begin_trust, root_key_file
from kernel.clock import utc_now
from marketplace.money._tables import MarketPrice
from marketplace.money.prices import read_price
from marketplace.releases import reviewing
from marketplace.search.finding import find
from marketplace.search.model import Query
from tenancy.audit.verifying import verify
from tenancy.members import add_member
from tenancy.organisations import create_organisation, find_by_slug
from tenancy.people import create_person
from tenancy.scope import system
from tests.factories.tenancy import PASSWORD


@pytest.fixture
def services(app: Flask, sessions: sessionmaker[Session]) -> Services:
    found: Services = app.extensions["garland.services"]
    ids: dict[str | None, UUID] = {}
    with sessions.begin() as session, system(session):
        for kind, name, slug, parent in ORGANISATIONS:
            made = create_organisation(
                session, kind=kind, name=name, slug=slug, parent_id=ids.get(parent)
            )
            ids[slug] = made.id
        for email, name, slug, role in PEOPLE:
            person = create_person(
                session, email=email, name=name, password=PASSWORD, now=utc_now()
            )
            add_member(session, ids[slug], person.id, role, now=utc_now())
    return found


def test_what_is_listed_is_found_and_what_waits_is_in_the_queue(
    services: Services, sessions: sessionmaker[Session]
) -> None:
    begin_trust(services.settings)

    demo_market(services)

    with sessions() as session, system(session):
        found = {one.listing_id for one in find(session, Query(text="")).entries}
        (waits,) = reviewing.list_queue(session, limit=10)
        verdicts = reviewing.verdicts_of(session, waits.id)
    assert found == {"bauble.optical-budget", "bauble.sla-credit", "bauble.status-page"}
    assert (waits.listing_id, len(verdicts)) == ("bauble.battery-time", 1)


def test_its_prices_hold_today_and_its_audit_is_whole(
    services: Services, sessions: sessionmaker[Session]
) -> None:
    begin_trust(services.settings)

    demo_market(services)

    with sessions() as session, system(session):
        prices = session.scalars(select(MarketPrice)).all()
        assert {one.listing_id for one in prices} == {"bauble.sla-credit", "bauble.status-page"}
        assert all(one.valid_from <= utc_now().date() for one in prices)
        assert all(read_price(one.document) for one in prices)
        for slug in ("vendor", "baubleworks", "northwind"):
            tenant = find_by_slug(session, slug)
            assert tenant is not None
            assert verify(session, tenant.id) is None


def test_it_is_left_out_where_the_roots_key_is_kept_elsewhere(
    services: Services, sessions: sessionmaker[Session]
) -> None:
    begin_trust(services.settings)
    root_key_file(services.settings).unlink()

    demo_market(services)

    with sessions() as session, system(session):
        assert reviewing.list_queue(session, limit=10) == []
