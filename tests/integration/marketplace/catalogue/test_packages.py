"""Packages that are kept here as listings, with what their releases say of them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from blocks.quality import Level
from marketplace.catalogue.packages import SignedPackages
from marketplace.catalogue.public import Channel, Release
from marketplace.releases.states import Channel as Meant
from marketplace.releases.states import ReleaseState
from tests.factories.catalogue import make_known, make_listed
from tests.factories.tenancy import NOON


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
