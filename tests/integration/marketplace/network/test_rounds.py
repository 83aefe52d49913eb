"""What the rounds learn: who uses what, leaders, what works together, what the search hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.registry import Registry, standard_registry
from marketplace.leaders.reading import leaders_of
from marketplace.network.rounds import NetworkRounds
from marketplace.proven.figures import used_by
from marketplace.proven.model import K
from marketplace.ratings.reading import rating_of
from marketplace.search.store import get_entry
from marketplace.together._tables import MarketPair
from marketplace.together.reading import works_with
from runtime.flows._tables import FlowRow
from runtime.use._tables import BlockUse
from tenancy._tables import Organisation
from tenancy.environments import make_environment
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.scope import as_tenant, system
from tests.factories.flows import flow_document, make_flow
from tests.factories.money import LISTING, Market, make_market
from tests.factories.organisations import admin_of, make_below
from tests.factories.proven import list_it, rate_it, use_it, users_of
from tests.factories.tenancy import NOON
from tests.support.shelves import put_on_shelf

Sessions = sessionmaker[Session]
FAN = "baubleworks.fan"
MONTH = "2026-11"


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        list_it(session)
        list_it(session, FAN, title="Fan")
        return market


def go_round(sessions: Sessions, days: int = 0) -> None:
    NetworkRounds(sessions, sessions).round(now=NOON + timedelta(days=days))


def draw(session: Session, one: OrganisationView, *, is_live: bool = True) -> None:
    """Let an organisation have a workflow in which the lamp leads to the fan."""
    steps = {
        name: {"block": block, "version": "1.0.0", "config": {"values": {"n": 1}}}
        for name, block in (("lamp", LISTING), ("fan", FAN))
    }
    with as_tenant(session, one.id):
        document = flow_document(steps, ["hand > lamp", "lamp > fan"])
        make_flow(session, one.id, document, publish=is_live)


def put_on_the_shelf(sessions: Sessions) -> None:
    """Let everybody have the lamp and the fan, whose blocks are not made and unpacked."""
    plain = standard_registry().find("garland.set-data", "1.0.0")
    assert plain is not None
    ours = [replace(plain, manifest=replace(plain.manifest, id=one)) for one in (LISTING, FAN)]
    put_on_shelf(sessions, Registry([*standard_registry().all(), *ours]))


def told(sessions: Sessions, market: Market) -> list[tuple[str, int]]:
    with sessions() as session, as_tenant(session, market.other.id):
        found = works_with(session, market.other.id, LISTING)
    return [(one.listing_id, one.organisations) for one in found.after]


def test_the_search_hears_of_ratings_and_of_use_from_five_organisations_on(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        for one in users_of(session, K):
            use_it(session, one)
            rate_it(session, one, 5)
        use_it(session, market.publisher, 1_000)

    go_round(sessions)

    with sessions() as session:
        entry = get_entry(session, LISTING)
        assert entry is not None
        assert (entry.proven_uses, entry.rating) == (K, 4.33)
        assert used_by(session, FAN) == 0


def test_a_rating_counts_no_more_once_its_giver_is_a_relative_of_the_publisher(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        users = [market.customer, *users_of(session, 2)]
        for one in users:
            use_it(session, one)
            rate_it(session, one)
        row = session.get_one(Organisation, market.publisher.id)
        row.parent_id = market.customer.id

    go_round(sessions)

    with sessions() as session:
        assert rating_of(session, LISTING).organisations == 2


def test_leaders_are_shown_from_five_organisations_on_and_only_from_proven_use(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        users = users_of(session, K)
        for one in users:
            use_it(session, one)
            use_it(session, one, 2, listing_id=FAN)

    go_round(sessions)

    with sessions() as session, as_tenant(session, market.other.id):
        boards = leaders_of(session, market.other.id, MONTH)
    used = [(one.place, one.entry.listing_id, one.organisations) for one in boards["most_used"]]
    assert used == [(1, LISTING, K)]
    assert [one.entry.listing_id for one in boards["rising"]] == [LISTING]
    assert boards["best_rated"] == []


def test_a_month_that_is_over_stays_as_it_was(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        for one in users_of(session, K):
            use_it(session, one)
    go_round(sessions)
    with sessions.begin() as session, system(session):
        session.execute(delete(BlockUse))

    go_round(sessions, days=20)

    with sessions() as session, as_tenant(session, market.other.id):
        assert len(leaders_of(session, market.other.id, MONTH)["most_used"]) == 1
        assert leaders_of(session, market.other.id, "2026-12")["most_used"] == []


def test_what_works_together_is_told_from_five_organisations_on_and_vanishes_below(
    sessions: Sessions, market: Market
) -> None:
    put_on_the_shelf(sessions)
    with sessions.begin() as session:
        users = users_of(session, K)
        for one in users[:-1]:
            draw(session, one)
        draw(session, users[-1], is_live=False)
        draw(session, market.publisher)
        environment = make_environment(session, who=admin_of(users[0]), name="Test", now=NOON)
        there = find_by_slug(session, environment.slug)
        assert there is not None
        draw(session, there)
    go_round(sessions)
    assert told(sessions, market) == []

    with sessions.begin() as session:
        fifth = make_below(session, market.csp, name="Fifth")
        draw(session, fifth)
    go_round(sessions)
    assert told(sessions, market) == [(FAN, K)]

    with sessions.begin() as session, as_tenant(session, fifth.id):
        session.scalars(select(FlowRow)).one().paused = True
    go_round(sessions)
    assert told(sessions, market) == []
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(MarketPair)) == 0
