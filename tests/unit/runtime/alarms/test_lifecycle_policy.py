"""What a tenant's policy changes in the lifecycle, and raises that come after their clear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.lifecycle import AckState, Outcome, Transition, apply
from runtime.alarms.model import Severity
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy
from tests.unit.runtime.alarms.test_lifecycle import NOON, make_event

HOLDS = LifecyclePolicy(hold_clears_s=3_600, reopen_within_s=86_400)


def play(*said: tuple[str, int], policy: LifecyclePolicy, received_s: int = 1_000) -> Outcome:
    """Apply events in their order, received at once."""
    outcome: Outcome | None = None
    for severity, after_s in said:
        condition = outcome.condition if outcome else None
        occurrence = outcome.occurrence if outcome else None
        event, now = make_event(severity, after_s), NOON + timedelta(seconds=received_s)
        outcome = apply(condition, occurrence, event, now=now, policy=policy)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("window_s", "expected"),
    [
        pytest.param(60, Transition.REOPENED, id="within"),
        pytest.param(59, Transition.CREATED, id="just after"),
        pytest.param(0, Transition.CREATED, id="no window"),
    ],
)
def test_reopens_within_the_tenants_window(window_s: int, expected: Transition) -> None:
    policy = LifecyclePolicy(reopen_within_s=window_s)

    assert play(("major", 0), ("cleared", 1), ("major", 61), policy=policy).transition is expected


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_worse_severity_takes_the_acknowledgement_where_the_tenant_wants_it(
    is_lost: bool,
) -> None:
    policy = LifecyclePolicy(worse_unacknowledges=is_lost)
    begun = play(("minor", 0), policy=policy)
    assert begun.occurrence is not None
    acked = replace(begun.occurrence, ack_state=AckState.ACKNOWLEDGED)

    worse = apply(begun.condition, acked, make_event("major", 9), now=NOON, policy=policy)

    assert worse.occurrence is not None
    assert (worse.occurrence.ack_state is AckState.UNACKNOWLEDGED) is is_lost


def test_a_clear_is_held_for_a_raise_that_comes_late() -> None:
    late = play(("cleared", 9), ("major", 0), policy=HOLDS)

    assert late.transition is Transition.LATE
    assert late.occurrence is not None
    assert late.occurrence.cleared_at == NOON + timedelta(seconds=9)
    assert late.occurrence.previous_severity is Severity.MAJOR


def test_a_late_raise_of_a_cleared_alarm_is_counted_and_leaves_it_cleared() -> None:
    late = play(("major", 0), ("cleared", 9), ("major", 5), policy=HOLDS)

    assert late.transition is Transition.LATE
    assert late.occurrence is not None
    assert (late.occurrence.count, late.occurrence.is_active) == (2, False)


@pytest.mark.parametrize(
    ("policy", "after_s", "received_s"),
    [
        pytest.param(DEFAULT, 0, 1_000, id="no clear is held"),
        pytest.param(HOLDS, 9, 1_000, id="raised at the clear"),
        pytest.param(HOLDS, 0, 4_601, id="held long enough"),
    ],
)
def test_a_raise_after_a_lone_clear_is_a_new_alarm(
    policy: LifecyclePolicy, after_s: int, received_s: int
) -> None:
    held = play(("cleared", 9), policy=policy)

    now = NOON + timedelta(seconds=received_s)
    raised = apply(held.condition, None, make_event("major", after_s), now=now, policy=policy)

    assert raised.transition is Transition.CREATED


@given(
    st.lists(st.sampled_from([*Severity]), min_size=1, max_size=7).flatmap(
        lambda said: st.tuples(st.just(said), st.permutations(range(len(said))))
    )
)
def test_where_clears_are_held_the_end_does_not_depend_on_the_order_of_delivery(
    case: tuple[list[Severity], list[int]],
) -> None:
    said, order = case
    in_time = [(severity.value, number) for number, severity in enumerate(said)]

    first = play(*in_time, policy=HOLDS).occurrence
    other = play(*(in_time[number] for number in order), policy=HOLDS).occurrence

    stands = (first.is_active, first.perceived_severity) if first else None
    assert ((other.is_active, other.perceived_severity) if other else None) == stands


@given(st.lists(st.tuples(st.sampled_from([*Severity]), st.integers(0, 900)), max_size=20))
def test_the_count_never_falls_within_an_occurrence(said: list[tuple[Severity, int]]) -> None:
    outcome: Outcome | None = None
    for severity, after_s in said:
        before = outcome.occurrence if outcome else None
        condition = outcome.condition if outcome else None
        event, now = make_event(severity.value, after_s), NOON + timedelta(seconds=1_000)
        outcome = apply(condition, before, event, now=now, policy=HOLDS)
        after = outcome.occurrence
        if before is not None and after is not None:
            is_new = outcome.transition is Transition.CREATED
            assert is_new or after.count >= before.count
            assert (after.cleared_at is not None) == (after.reported_severity is Severity.CLEARED)
