"""Ratings: from proven use alone, one for each organisation, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, NotFoundError
from marketplace.ratings import answering, reporting
from marketplace.ratings._tables import MarketRating
from marketplace.ratings.giving import may_rate, take_back
from marketplace.ratings.reading import list_ratings, rating_of
from tenancy.audit._tables import AuditEntry
from tenancy.audit.trail import Actor
from tenancy.environments import make_environment
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.scope import as_tenant, system
from tests.factories.money import LISTING, Market, make_market
from tests.factories.organisations import admin_of, make_below
from tests.factories.proven import TODAY, list_it, rate_it, use_it, users_of
from tests.factories.releases import make_publisher
from tests.factories.tenancy import NOON

Sessions = sessionmaker[Session]
VERA = Actor(name="Vera")


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        list_it(session)
        return market


def why_not(session: Session, one: OrganisationView) -> str:
    with as_tenant(session, one.id):
        return may_rate(session, admin_of(one), LISTING, now=NOON).why_not


def seen(session: Session, one: OrganisationView) -> list[tuple[str, int, str]]:
    with as_tenant(session, one.id):
        found = list_ratings(session, one.id, LISTING, limit=50)
    return [(rating.told_as, rating.stars, rating.words) for rating in found]


def test_too_little_use_is_told_with_what_is_missing(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer, 17)

        assert "3 more uses" in why_not(session, market.customer)
        with pytest.raises(ConflictError, match="3 more uses"):
            rate_it(session, market.customer)


@pytest.mark.parametrize("days", [pytest.param([0, 1, 2], id="days"), pytest.param([7], id="uses")])
def test_proven_use_may_rate_and_everybody_reads_it_without_a_name(
    sessions: Sessions, market: Market, days: list[int]
) -> None:
    with sessions.begin() as session:
        for one in days:
            use_it(session, market.customer, 1 if len(days) > 1 else 20, day=TODAY - timedelta(one))
        rate_it(session, market.customer, 5, "Bright.")

        assert seen(session, market.other) == [("A customer of a CSP", 5, "Bright.")]


def test_uses_that_are_not_kept_any_more_prove_nothing(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer, day=TODAY - timedelta(days=45))

        assert "20 more uses" in why_not(session, market.customer)


def test_an_organisation_rates_once_and_changes_what_it_gave(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer)
        first = rate_it(session, market.customer, 2, "Dim.")
        use_it(session, market.customer, 1, day=TODAY, version="1.1.0")
        again = rate_it(session, market.customer, 4, "Better.", is_signed=True)

        assert (again.id, again.version, first.version) == (first.id, "1.1.0", "1.0.0")
        assert seen(session, market.other) == [("Acme", 4, "Better.")]


def test_publisher_relatives_and_who_is_no_user_may_not_rate(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        for one in (market.publisher, market.vendor):
            use_it(session, one)

            assert "CSPs, resellers and customers" in why_not(session, one)
        environment = make_environment(
            session, who=admin_of(market.customer), name="Test", now=NOON
        )
        there = find_by_slug(session, environment.slug)
        assert there is not None

        assert "environment" in why_not(session, there)


def test_what_is_published_above_or_below_is_rated_by_others(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        make_publisher(session, market.csp, "harbour")
        list_it(session, "harbour.fan")
        below = make_below(session, market.customer, name="Part")
        for one in (market.csp, market.customer, below, market.other):
            use_it(session, one, listing_id="harbour.fan")

        for one in (market.csp, market.customer, below):
            with pytest.raises(ConflictError, match="above or below"):
                rate_it(session, one, listing_id="harbour.fan")
        assert rate_it(session, market.other, listing_id="harbour.fan").stars == 4


@pytest.mark.usefixtures("market")
def test_an_average_is_shown_from_three_organisations_on(sessions: Sessions) -> None:
    with sessions.begin() as session:
        users = users_of(session, 3)
        for one in users[:2]:
            use_it(session, one)
            rate_it(session, one, 5)

        assert (rating_of(session, LISTING).average, rating_of(session, LISTING).missing) == (
            None,
            1,
        )
        use_it(session, users[2])
        rate_it(session, users[2], 5)
        assert rating_of(session, LISTING).average == 4.14


def test_what_is_taken_back_is_gone(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer)
        rate_it(session, market.customer, words="Secret.")
        with as_tenant(session, market.customer.id):
            take_back(session, admin_of(market.customer), LISTING, now=NOON)

        assert seen(session, market.other) == []
        assert session.scalar(select(MarketRating)) is None


def test_the_publisher_answers_once_and_again_when_it_was_changed(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer)
        rating = rate_it(session, market.customer, 2, "Dim.")
        where = (session, admin_of(market.publisher), rating.id)
        with as_tenant(session, market.publisher.id):
            answering.answer(*where, "Turn it up.", now=NOON)
            with pytest.raises(ConflictError):
                answering.answer(*where, "Again.", now=NOON)
        rate_it(session, market.customer, 5, "So it is.", now=NOON + timedelta(hours=1))
        with as_tenant(session, market.publisher.id):
            later = answering.answer(*where, "Thanks.", now=NOON + timedelta(hours=2))

        assert (later.answer, later.answers_earlier) == ("Thanks.", False)


def test_nobody_but_the_publisher_answers(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer)
        rating = rate_it(session, market.customer)
        with as_tenant(session, market.csp.id), pytest.raises(NotFoundError):
            answering.answer(session, admin_of(market.csp), rating.id, "Mine.", now=NOON)


def hidden(session: Session, market: Market) -> UUID:
    use_it(session, market.customer)
    rating = rate_it(session, market.customer, 1, "Rude.")
    with as_tenant(session, market.other.id):
        reporting.report(session, admin_of(market.other), rating.id, "It is rude.", now=NOON)
    with as_tenant(session, market.vendor.id):
        (waiting,) = reporting.list_reported(session, limit=10)
        assert (waiting.reports, waiting.reasons) == (1, ("It is rude.",))
        vendor = (session, market.vendor.id, rating.id)
        reporting.hide(*vendor, "Insults.", by=VERA, now=NOON)
        assert reporting.list_reported(session, limit=10) == []
    return rating.id


def test_a_hidden_rating_is_read_by_its_giver_alone_who_is_told_why(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        hidden(session, market)

        assert seen(session, market.other) == []
        assert rating_of(session, LISTING).organisations == 0
        with as_tenant(session, market.customer.id):
            own = may_rate(session, admin_of(market.customer), LISTING, now=NOON).own
        assert own is not None
        assert own.hidden_because == "Insults."
    with sessions() as session, system(session):
        noted = select(AuditEntry.tenant_id).where(AuditEntry.action == "rating.hidden")
        assert set(session.scalars(noted)) == {market.vendor.id, market.customer.id}


def test_a_hidden_rating_stays_hidden_whatever_its_giver_does(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        hidden(session, market)
        with as_tenant(session, market.customer.id), pytest.raises(ConflictError, match="hid"):
            take_back(session, admin_of(market.customer), LISTING, now=NOON)
        rate_it(session, market.customer, 1, "Rude again.")

        assert seen(session, market.other) == []


def test_a_hidden_rating_can_be_shown_again(sessions: Sessions, market: Market) -> None:
    with sessions.begin() as session:
        rating_id = hidden(session, market)
        with as_tenant(session, market.vendor.id):
            (one,) = reporting.list_reported(session, hidden=True, limit=10)
            assert one.rating.id == rating_id
            reporting.show_again(session, market.vendor.id, rating_id, by=VERA, now=NOON)

        assert seen(session, market.other) == [("A customer of a CSP", 1, "Rude.")]


def test_an_organisation_reports_a_rating_once_and_never_its_own(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        use_it(session, market.customer)
        rating = rate_it(session, market.customer)
        with as_tenant(session, market.customer.id), pytest.raises(ConflictError):
            reporting.report(session, admin_of(market.customer), rating.id, "Oh.", now=NOON)
        with as_tenant(session, market.other.id):
            reporting.report(session, admin_of(market.other), rating.id, "Oh.", now=NOON)
            with pytest.raises(ConflictError):
                reporting.report(session, admin_of(market.other), rating.id, "Oh.", now=NOON)
