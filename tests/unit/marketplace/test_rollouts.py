"""A roll-out goes ring by ring, stops when too much fails, and nobody is moved after that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import ConflictError, GarlandError, InvalidError
from marketplace.rollouts.model import (
    WISHES,
    Measured,
    MemberState,
    Plan,
    Progress,
    RolloutState,
    judged,
    may_be_moved,
    plan_document,
    read_plan,
    ring_of,
    stop_of,
    went_on,
)
from marketplace.rollouts.words import told_of
from runtime.flows.block_moves import NeedsSecondError
from tests.factories.tenancy import NOON
from tests.support.size import examples

IDS = st.uuids()
PLANS = st.builds(
    Plan,
    rings=st.sets(st.integers(1, 99), max_size=5).map(lambda found: (*sorted(found), 100)),
    wait_s=st.integers(0, 100),
    samples_min=st.integers(1, 30),
    failures_max=st.integers(0, 99),
    goes_back=st.booleans(),
    goes_on_unproven=st.booleans(),
)
MEASURED = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
    lambda two: Measured(samples=max(two), failures=min(two))
)
LOOKS = st.lists(st.tuples(MEASURED, st.integers(0, 3), st.integers(0, 60)), max_size=30)
BEGUN = Progress(state=RolloutState.RUNNING, ring=1, since=NOON)


@given(PLANS, IDS, IDS)
@settings(max_examples=examples(100))
def test_the_ring_of_an_organisation_is_always_the_same_and_there_is_one(
    plan: Plan, rollout: UUID, organisation: UUID
) -> None:
    ring = ring_of(plan, rollout, organisation)

    assert 1 <= ring <= len(plan.rings)
    assert ring == ring_of(read_plan(plan_document(plan)), rollout, organisation)


def test_a_ring_has_about_the_share_that_was_asked_for() -> None:
    plan = Plan(rings=(10, 100))
    first = [one for one in range(4_000) if ring_of(plan, UUID(int=7), UUID(int=one)) == 1]

    assert 300 < len(first) < 500


@given(PLANS, LOOKS)
@settings(max_examples=examples(200))
def test_no_ring_is_passed_over_and_none_begins_before_its_time(plan: Plan, looks: Any) -> None:
    progress, now = BEGUN, NOON
    for measured, waiting, later in looks:
        now += timedelta(seconds=later)
        after = judged(plan, progress, measured, waiting=waiting, now=now)
        assert after.ring in (progress.ring, progress.ring + 1)
        assert after.ring <= len(plan.rings)
        if after.ring > progress.ring:
            assert waiting == 0
            assert now - progress.since >= timedelta(seconds=plan.wait_s)
        progress = after


@given(PLANS, LOOKS, st.integers(1, 6))
@settings(max_examples=examples(200))
def test_a_roll_out_that_halted_moves_nobody_further(plan: Plan, looks: Any, ring: int) -> None:
    states = [one for one in RolloutState if one is not RolloutState.RUNNING]
    for state in states:
        progress, now = Progress(state=state, ring=2, since=NOON), NOON
        for measured, waiting, later in looks:
            now += timedelta(seconds=later)
            progress = judged(plan, progress, measured, waiting=waiting, now=now)
        assert (progress.state, progress.ring) == (state, 2)
        assert not any(may_be_moved(progress, ring, one, looks_again=True) for one in MemberState)


def test_nobody_lets_a_halted_one_go_on() -> None:
    leads = {to for came, to in WISHES.values() if RolloutState.HALTED in came}

    assert leads == {RolloutState.GOING_BACK}


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        pytest.param(Measured(samples=9, failures=9), RolloutState.RUNNING, id="too few to judge"),
        pytest.param(Measured(samples=10, failures=1), RolloutState.RUNNING, id="as many as may"),
        pytest.param(Measured(samples=10, failures=2), RolloutState.GOING_BACK, id="one more"),
    ],
)
def test_it_goes_back_once_too_much_of_enough_failed(
    measured: Measured, expected: RolloutState
) -> None:
    plan = Plan(samples_min=10, failures_max=10)

    assert judged(plan, BEGUN, measured, waiting=0, now=NOON).state is expected


def test_without_samples_the_next_ring_waits_for_a_person_unless_told_otherwise() -> None:
    later, none = NOON + timedelta(days=1), Measured(samples=0, failures=0)

    waits = judged(Plan(), BEGUN, none, waiting=0, now=later)
    goes_on = judged(Plan(goes_on_unproven=True), BEGUN, none, waiting=0, now=later)

    assert (waits.ring, goes_on.ring) == (1, 2)
    assert went_on(Plan(), waits, now=later).ring == 2


@pytest.mark.parametrize("rings", [[], [50], [50, 20, 100], [50, 50, 100], [0, 100], [100, 100]])
def test_rings_grow_to_the_whole(rings: list[int]) -> None:
    with pytest.raises(InvalidError) as refused:
        read_plan({"rings": rings})

    assert all(one.pointer.startswith("/rings") for one in refused.value.problems)


@pytest.mark.parametrize(
    "error",
    [
        NeedsSecondError("Bill Acme Ltd: a second person has to say yes"),
        InvalidError("Bill Acme Ltd has problems"),
        ConflictError("Bill Acme Ltd is not live"),
        GarlandError("Bill Acme Ltd went wrong"),
    ],
)
def test_of_who_cannot_be_moved_no_workflow_is_named(error: GarlandError) -> None:
    assert "Acme" not in told_of(error)


def test_why_somebody_froze_its_versions_is_told_to_nobody_else() -> None:
    assert stop_of(["Acme moves house"], ["Not yet"]) == "frozen"
