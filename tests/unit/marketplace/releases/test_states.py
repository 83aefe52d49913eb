"""The way of a release: nothing is listed that was not approved, a recall is for good."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.releases._tables import Verdict
from marketplace.releases.states import (
    FOLLOWING,
    OVER,
    PUBLIC,
    ReleaseState,
    ReleaseStateError,
    follow,
)
from marketplace.releases.verdicts import outcome_of, why_not
from tests.support.size import examples


def reached_without(left_out: ReleaseState) -> set[ReleaseState]:
    """Give every state that can be reached from the first without passing through one."""
    found, ahead = {ReleaseState.CHECKING}, [ReleaseState.CHECKING]
    while ahead:
        for one in FOLLOWING[ahead.pop()] - found - {left_out}:
            found.add(one)
            ahead.append(one)
    return found


@pytest.mark.parametrize("needed", [ReleaseState.IN_REVIEW, ReleaseState.APPROVED])
def test_nothing_is_public_without(needed: ReleaseState) -> None:
    assert reached_without(needed).isdisjoint(PUBLIC)


_LAST = sorted({*OVER, ReleaseState.RECALLED}, key=lambda one: one.value)


@pytest.mark.parametrize("last", _LAST, ids=lambda one: one.value)
def test_nothing_follows(last: ReleaseState) -> None:
    assert not FOLLOWING[last]


def test_every_state_can_be_reached() -> None:
    assert set(FOLLOWING) == set(ReleaseState) == reached_without(None)  # type: ignore[arg-type]


@given(st.sampled_from(ReleaseState), st.sampled_from(ReleaseState))
@settings(max_examples=examples(100))
def test_what_may_not_follow_is_refused(now: ReleaseState, then: ReleaseState) -> None:
    if then in FOLLOWING[now]:
        assert follow(now, then) is then
    else:
        with pytest.raises(ReleaseStateError):
            follow(now, then)


@given(st.lists(st.sampled_from(Verdict), max_size=6))
@settings(max_examples=examples(100))
def test_two_approve_and_nobody_rejects(verdicts: list[Verdict]) -> None:
    approved = outcome_of(verdicts) is ReleaseState.APPROVED

    assert approved == (verdicts.count(Verdict.APPROVE) >= 2 and Verdict.REJECT not in verdicts)


@given(st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=examples(20))
def test_nobody_decides_who_submitted_it_or_belongs_to_another_publisher(
    submitted_it: bool,
    is_publisher: bool,
    owner_is_vendor: bool,
) -> None:
    told = why_not(
        submitted_it=submitted_it, is_publisher=is_publisher, owner_is_vendor=owner_is_vendor
    )

    assert bool(told) == (submitted_it or (is_publisher and not owner_is_vendor))
