"""What a publisher is told: where a release is, what may be done, which step comes next."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from marketplace.releases._tables import PublisherState
from marketplace.releases.keeping import WITHDRAWN
from marketplace.releases.publishers import KeyView, PublisherView
from marketplace.releases.states import FOLLOWING, Channel, ReleaseState
from marketplace.releases.store import ReleaseView
from marketplace.studio.standing import YOURS, deeds_of, stand_of, steps_of
from tests.factories.tenancy import NOON


def release(state: ReleaseState, **said: Any) -> ReleaseView:
    usual: dict[str, Any] = {one.name: "" for one in fields(ReleaseView)}
    usual |= {"version": "1.0.0", "channel": Channel.STABLE, "state": state, "manifest": {}}
    return ReleaseView(**{**usual, **said})


def publisher(state: PublisherState, *, revoked: list[datetime | None]) -> PublisherView:
    usual: dict[str, Any] = {one.name: "" for one in fields(PublisherView)}
    key: dict[str, Any] = {one.name: "" for one in fields(KeyView)}
    keys = tuple(KeyView(**{**key, "revoked_at": one}) for one in revoked)
    return PublisherView(**{**usual, "owner_id": UUID(int=1), "state": state, "keys": keys})


@pytest.mark.parametrize("state", ReleaseState)
def test_every_state_is_told_in_words(state: ReleaseState) -> None:
    stand = stand_of(release(state))

    assert stand.title
    assert stand.text


@pytest.mark.parametrize(
    ("state", "is_yours"),
    [
        pytest.param(ReleaseState.QUESTIONED, True, id="asked"),
        pytest.param(ReleaseState.REFUSED, True, id="refused"),
        pytest.param(ReleaseState.IN_REVIEW, False, id="in review"),
        pytest.param(ReleaseState.LISTED, False, id="listed"),
    ],
)
def test_it_is_said_whose_turn_it_is(state: ReleaseState, is_yours: bool) -> None:
    assert (stand_of(release(state)).turn == YOURS) is is_yours


def test_what_was_withdrawn_waits_for_nobody() -> None:
    stand = stand_of(release(ReleaseState.REJECTED, state_reason=WITHDRAWN))

    assert (stand.title, stand.turn) == ("Withdrawn", "")


def test_a_listed_beta_is_told_apart() -> None:
    assert "beta" in stand_of(release(ReleaseState.LISTED, channel=Channel.BETA)).title


@pytest.mark.parametrize("state", ReleaseState)
def test_only_what_may_follow_is_offered(state: ReleaseState) -> None:
    may = deeds_of(release(state))

    assert may.withdraw is (ReleaseState.REJECTED in FOLLOWING[state])
    assert may.deprecate is (state is ReleaseState.LISTED)
    assert may.restore is (state is ReleaseState.DEPRECATED)


def test_nothing_is_offered_while_the_checks_run() -> None:
    may = deeds_of(release(ReleaseState.CHECKING, channel=Channel.BETA))

    assert not any(getattr(may, one.name) for one in fields(may))


@pytest.mark.parametrize(
    ("version", "channel", "state", "ways"),
    [
        pytest.param("1.0.0", Channel.BETA, ReleaseState.LISTED, (True, False), id="beta"),
        pytest.param("1.0.0-rc.1", Channel.BETA, ReleaseState.LISTED, (False, False), id="early"),
        pytest.param("1.0.0", Channel.STABLE, ReleaseState.LISTED, (False, False), id="listed"),
        pytest.param("1.0.0", Channel.STABLE, ReleaseState.APPROVED, (False, True), id="before"),
    ],
)
def test_what_is_listed_as_stable_does_not_go_back(
    version: str, channel: Channel, state: ReleaseState, ways: tuple[bool, bool]
) -> None:
    may = deeds_of(release(state, version=version, channel=channel))

    assert (may.to_stable, may.to_beta) == ways


@pytest.mark.parametrize(
    ("known", "states"),
    [
        pytest.param([], ["next", "later", "later", "later"], id="nothing yet"),
        pytest.param(
            [publisher(PublisherState.CLAIMED, revoked=[None])],
            ["next", "later", "later", "later"],
            id="waits for the vendor",
        ),
        pytest.param(
            [publisher(PublisherState.VERIFIED, revoked=[NOON])],
            ["done", "next", "later", "later"],
            id="its only key is revoked",
        ),
        pytest.param(
            [publisher(PublisherState.VERIFIED, revoked=[NOON, None])],
            ["done", "done", "next", "later"],
            id="a key counts",
        ),
    ],
)
def test_the_first_open_step_comes_next(known: list[PublisherView], states: list[str]) -> None:
    found = steps_of(known, has_release=False, has_listed=False)

    assert [one.state for one in found] == states
