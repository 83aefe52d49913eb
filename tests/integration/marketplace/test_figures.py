"""Figures of listings: counted over organisations, and kept only where enough are behind them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall
from kernel.errors import NotFoundError
from marketplace.figures.counting import counted_ends
from marketplace.figures.reading import Figures, figures_of
from marketplace.figures.rounds import COUNT_EVERY, FigureRounds
from marketplace.money._tables import MarketCharge, MarketEntry
from marketplace.proven.model import K
from marketplace.releases._tables import MarketListing
from runtime.runs._tables import StepState
from runtime.use.of_blocks import record_block_uses
from tenancy._tables import Environment
from tenancy.scope import as_tenant, system
from tests.factories.releases import make_integrator
from tests.factories.tenancy import NOON
from tests.integration.marketplace.conftest import Market
from tests.integration.marketplace.test_rollouts import steps_end

LISTING = "acme.say"


@pytest.fixture
def owner_id(few: Market) -> UUID:
    """The publisher of what six customers have."""
    with few.sessions.begin() as session:
        acme = make_integrator(session)
        list_it(session, acme.id)
    return acme.id


def list_it(session: Session, owner_id: UUID) -> None:
    said = {"title": "Say", "summary": "Says", "support": "a@b.example", "changed_by": "Anna"}
    whose = {"listing_id": LISTING, "namespace": "acme", "owner_id": owner_id, "kind": "block"}
    session.add(MarketListing(**said, **whose, changed_at=NOON))


def count(sessions: sessionmaker[Session], *, days: int = 0) -> None:
    FigureRounds(sessions, sessions).round(now=NOON + COUNT_EVERY + timedelta(days=days))


def figures(few: Market, owner_id: UUID) -> Figures:
    with few.sessions() as session, as_tenant(session, owner_id):
        return figures_of(session, owner_id, LISTING)


def use(few: Market, number: int) -> None:
    with few.sessions.begin() as session:
        for one in few.customers[:number]:
            with as_tenant(session, one.id):
                keys = [(f"{one.id}-{key}", f"{LISTING}@1.0.0") for key in range(2)]
                record_block_uses(session, one.id, keys, now=NOON)


def test_installs_are_counted_by_organisation_and_version(few: Market, owner_id: UUID) -> None:
    count(few.sessions)

    found = figures(few, owner_id)

    assert found.installs == 6
    assert [(one.version, one.installs) for one in found.versions] == [("1.0.0", 6)]


def test_fewer_than_enough_are_no_number_at_all(few: Market, owner_id: UUID) -> None:
    count(few.sessions)
    with few.sessions.begin() as session, system(session):
        gone = [one.id for one in few.customers[: 7 - K]]
        session.execute(delete(BlockInstall).where(BlockInstall.tenant_id.in_(gone)))

    count(few.sessions, days=1)

    assert figures(few, owner_id).installs is None
    assert figures(few, owner_id).versions == ()


def test_an_environment_counts_as_whose_it_is(few: Market, owner_id: UUID) -> None:
    with few.sessions.begin() as session:
        first, second, third = (one.id for one in few.customers[:3])
        for one in (first, second):
            made = Environment(organisation_id=one, live_id=third, name="Test", made_at=NOON)
            session.add(made)

    count(few.sessions)

    assert figures(few, owner_id).installs is None


def test_what_a_publisher_installs_itself_is_left_out(few: Market) -> None:
    with few.sessions.begin() as session:
        list_it(session, few.customers[0].id)

    count(few.sessions)

    assert figures(few, few.customers[0].id).installs == 5


def test_who_stands_below_a_publisher_is_left_out(few: Market) -> None:
    with few.sessions.begin() as session:
        list_it(session, few.csp.id)
    use(few, 6)
    steps_end(few, {one.id: 1 for one in few.customers}, StepState.SUCCEEDED, version="1.0.0")

    count(few.sessions)
    with few.sessions.begin() as session, system(session):
        ends = counted_ends(session, LISTING, now=NOON + COUNT_EVERY)

    found = figures(few, few.csp.id)
    assert (found.installs, found.versions, found.months, ends) == (None, (), (), [])


def test_use_is_counted_by_month_and_a_month_that_is_over_stays(
    few: Market, owner_id: UUID
) -> None:
    use(few, 5)
    count(few.sessions)
    before = figures(few, owner_id).months
    count(few.sessions, days=90)

    assert [(one.month, one.organisations, one.uses) for one in before] == [("2026-11", 5, 10)]
    assert figures(few, owner_id).months == before


def test_use_by_too_few_is_not_told(few: Market, owner_id: UUID) -> None:
    use(few, 4)
    count(few.sessions)

    assert figures(few, owner_id).months == ()


def test_errors_are_told_by_version_where_enough_ran_it(few: Market, owner_id: UUID) -> None:
    whose = {one.id: 1 for one in few.customers}
    steps_end(few, whose, StepState.SUCCEEDED, version="1.0.0")
    steps_end(few, {few.customers[0].id: 1}, StepState.FAILED, version="1.0.0")
    steps_end(few, dict(list(whose.items())[:4]), StepState.FAILED, version="1.1.0")

    count(few.sessions)

    (one,) = figures(few, owner_id).versions
    assert (one.version, one.ended, one.failed) == ("1.0.0", 7, 1)


def test_income_is_what_stands_on_the_publishers_own_statements(
    few: Market, owner_id: UUID
) -> None:
    usual = {"listing_id": LISTING, "units": 1, "day": NOON.date(), "at": NOON, "kind": "charge"}
    with few.sessions.begin() as session, as_tenant(session, owner_id):
        charge = MarketCharge(used_by=few.customers[0].id, key="use", of_id=None, **usual)
        session.add(charge)
        session.flush()
        entry = MarketEntry(tenant_id=owner_id, charge_id=charge.id, counterparty_id=few.csp.id)
        entry.hop, entry.side, entry.month = "wholesale", "publisher", "2026-11"
        entry.currency, entry.amount, entry.of_id = "EUR", 700, None
        for name, value in usual.items():
            setattr(entry, name, value)
        session.add(entry)

    (one,) = figures(few, owner_id).income

    assert (one.month, one.currency, one.amount) == ("2026-11", "EUR", 700)


@pytest.mark.usefixtures("owner_id")
def test_anothers_figures_are_not_there(few: Market) -> None:
    with pytest.raises(NotFoundError):
        figures(few, few.csp.id)


def test_they_are_counted_again_only_after_some_hours(few: Market, owner_id: UUID) -> None:
    rounds = FigureRounds(few.sessions, few.sessions)
    rounds.round(now=NOON)
    with few.sessions.begin() as session, system(session):
        session.execute(delete(BlockInstall))

    rounds.round(now=NOON + COUNT_EVERY / 2)
    early = figures(few, owner_id).installs
    rounds.round(now=NOON + COUNT_EVERY)

    assert (early, figures(few, owner_id).installs) == (6, None)
