"""A provider's shadow run tells nobody what is in the records of others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs import offering
from blocks.installs.registry import SHELF, Shelf
from kernel.errors import ConflictError
from kernel.ids import new_id
from marketplace.catalogue.own._tables import MarketOwnRelease, OwnState
from marketplace.catalogue.own.approved import TWO
from marketplace.rollouts.choosing import blocks_below
from marketplace.shadow import store
from marketplace.shadow.doing import do_next_shadow
from marketplace.shadow.guarding import RUNS_A_DAY
from tenancy._tables import Organisation
from tenancy.audit._tables import AuditEntry
from tenancy.scope import as_tenant, system
from tests.factories.installs import make_package
from tests.factories.market import WHO, install
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON, make_csp
from tests.integration.marketplace.conftest import Market, make_market, seed
from tests.integration.marketplace.test_shadow import as_before, record


@pytest.fixture
def market(sessions: sessionmaker[Session], tmp_path: Path) -> Market:
    """Make two customers who use the block."""
    sessions.configure(info={SHELF: Shelf(tmp_path / "blocks", lambda *_: as_before)})
    made = make_market(sessions, 2)
    seed(made)
    return made


def ask(market: Market, session: Session, digest: str = "") -> store.ShadowView:
    digest = digest or market.digests["1.1.0"]
    return store.ask_shadow(session, admin_of(market.csp), digest, below=True, now=NOON)


def approve(session: Session, tenant_id: UUID, digest: str) -> None:
    said = {"listing_id": "acme.say", "version": "9.0.0", "digest": digest, "words": ""}
    row = MarketOwnRelease(id=new_id(), tenant_id=tenant_id, **said, eyes=TWO)
    row.state, row.submitted_at, row.submitted_by = OwnState.APPROVED, NOON, "Ann"
    session.add(row)
    session.flush()


def done(market: Market) -> tuple[store.ShadowView, list[store.Line]]:
    csp, digest = market.csp, market.digests["1.1.0"]
    assert do_next_shadow(market.sessions, clock=lambda: NOON)
    with market.sessions() as session, as_tenant(session, csp.id):
        found = store.latest_shadow(session, csp.id, digest, below=True)
        assert found is not None
        return found, store.lines_of(session, admin_of(csp), found)


def test_a_version_of_its_own_making_is_tried_on_others_once_two_approved_it(
    market: Market,
) -> None:
    csp = market.csp
    with market.sessions.begin() as session, as_tenant(session, csp.id):
        mine = make_package(id="acme.say", publisher="acme", version="9.0.0")
        digest = offering.upload(session, csp.id, mine, **WHO).digest
        with pytest.raises(ConflictError, match="two of your people"):
            ask(market, session, digest)
        approve(session, csp.id, digest)
        assert ask(market, session, digest).digest == digest


def test_it_is_asked_for_so_often_a_day_and_noted_with_those_whose_records_they_are(
    market: Market,
) -> None:
    csp = market.csp
    with market.sessions.begin() as session, as_tenant(session, csp.id):
        for _ in range(RUNS_A_DAY):
            made = ask(market, session)
            store.cancel_shadow(session, csp.id, made.id, below=True, now=NOON)
        with pytest.raises(ConflictError, match="tomorrow"):
            ask(market, session)
        later = NOON + timedelta(days=1)
        who, digest = admin_of(csp), market.digests["1.1.0"]
        store.ask_shadow(session, who, digest, below=True, now=later)
    with market.sessions() as session, system(session):
        wanted = select(AuditEntry.tenant_id).where(AuditEntry.action == "shadow.asked")
        assert {*session.scalars(wanted)} == {csp.id, *(one.id for one in market.customers)}


def test_few_records_are_not_told_nor_the_one_that_would_give_them_away(market: Market) -> None:
    record(market, 0)
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        ask(market, session)
    found, lines = done(market)
    assert (found.counts, found.is_withheld) == ({}, True)
    assert [one.counts for one in lines] == [{}, {}]

    for _ in range(6):
        record(market, 1)
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        ask(market, session)
    found, lines = done(market)
    assert found.counts == {"same": 7}
    assert [(one.counts, one.is_withheld) for one in lines] == [({}, True), ({}, True)]


def test_who_moved_to_another_provider_meanwhile_is_not_tried(market: Market) -> None:
    for _ in range(5):
        record(market, 1)
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        ask(market, session)
    with market.sessions.begin() as session:
        other = make_csp(session)
        with system(session):
            session.get_one(Organisation, market.customers[1].id).parent_id = other.id
    found, _ = done(market)
    assert (found.flows_total, found.counts) == (1, {})


def test_what_a_customer_makes_itself_is_not_among_the_blocks_below(market: Market) -> None:
    customer = market.customers[0]
    with market.sessions.begin() as session:
        with as_tenant(session, customer.id):
            mine = make_package(id="own.merger-with-x", publisher="own")
            digest = offering.upload(session, customer.id, mine, **WHO).digest
        install(session, customer.id, digest)
    with market.sessions() as session, as_tenant(session, market.csp.id):
        found = blocks_below(session, admin_of(market.csp), now=NOON)
    assert [one for one, _ in found] == ["acme.say"]
