"""Packages that are kept here as listings, with what their releases say of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from blocks.quality import Level
from marketplace.catalogue.packages import SignedPackages
from marketplace.catalogue.public import Channel, Release
from marketplace.releases.states import Channel as Meant
from marketplace.releases.states import ReleaseState
from tests.factories.catalogue import make_known, make_listed
from tests.factories.tenancy import NOON
from tests.support.databases import as_owner


def releases(session: Session) -> dict[str, Release]:
    listing = SignedPackages(session, now=NOON).listing("acme.lamp")
    assert listing is not None
    return {one.version: one for one in listing.releases}


def test_what_a_publisher_calls_a_beta_is_one_whatever_its_version(session: Session) -> None:
    make_known(session, make_listed(session, "1.2.0"), channel=Meant.BETA)
    make_known(session, make_listed(session, "1.1.0"), channel=Meant.STABLE)

    found = releases(session)

    assert found["1.2.0"].channel is Channel.BETA
    assert found["1.1.0"].channel is Channel.STABLE


def test_what_its_publisher_advises_against_says_so(session: Session) -> None:
    make_known(session, make_listed(session, "1.2.0"), state=ReleaseState.DEPRECATED)
    make_known(session, make_listed(session, "1.1.0"), state=ReleaseState.LISTED)

    found = releases(session)

    assert [found["1.2.0"].is_deprecated, found["1.1.0"].is_deprecated] == [True, False]


def test_a_release_has_the_level_that_the_checks_found(session: Session) -> None:
    make_known(session, make_listed(session, "1.2.0"), level="gold")

    assert releases(session)["1.2.0"].level is Level.GOLD


@pytest.mark.parametrize("state", [ReleaseState.IN_REVIEW, ReleaseState.REJECTED])
def test_a_release_that_nobody_may_know_of_says_nothing(
    session: Session, state: ReleaseState
) -> None:
    digest = make_listed(session, "1.2.0")
    make_known(session, digest, state=state, level="gold", channel=Meant.BETA)

    found = releases(session)["1.2.0"]

    assert (found.level, found.channel) == (Level.NONE, Channel.STABLE)


@pytest.fixture
def in_english(engine: Engine) -> Iterator[None]:
    """Let PostgreSQL sort the ids as English dictionaries do, without regard to punctuation."""

    def sort(*statements: str) -> None:
        if engine.dialect.name == "postgresql":
            with as_owner(engine) as connection:
                for one in statements:
                    connection.execute(text(one))

    change = "ALTER TABLE block_package ALTER COLUMN block_id TYPE varchar(81) COLLATE"
    made = "CREATE COLLATION dictionary (provider = icu, locale = 'en-u-ka-shifted')"
    sort(made, f"{change} dictionary")
    yield
    sort(f'{change} "default"', "DROP COLLATION dictionary")


@pytest.mark.usefixtures("in_english")
def test_pages_hold_each_listing_once_by_the_bytes_of_its_id(
    sessions: sessionmaker[Session],
) -> None:
    ids = ["acme-x.a", "acme-y.a", "acme.b", "acme.c", "acme2.a"]
    with sessions() as session:
        for one in reversed(ids):
            make_listed(session, id=one)
        public, found, after = SignedPackages(session, now=NOON), list[str](), ""
        while paged := public.page(q="", after=after, limit=2):
            found += [one.listing_id for one in paged]
            after = found[-1]

    assert found == ids
