"""What a rule keeps of its past, to the instant: latecomers find it, and what nobody needs goes."""

from __future__ import annotations

import pytest

from runtime.rules.judging.memory import Memory
from runtime.rules.judging.state import GroupState, Mark, from_us, to_us
from runtime.rules.judging.steps import SAME_VALUE_MAX
from tests.factories.rules import make_count_pattern
from tests.unit.runtime.rules.judged import Court, after, event, fired, judged
from tests.unit.runtime.rules.test_judging import pair, told

TWO = make_count_pattern(2, 60)
EACH = {"kind": "each", "group_by": ["managed_object"]}


def test_a_burst_exactly_a_window_later_is_none_of_a_latecomers() -> None:
    assert fired(TWO, told("p:60", "q:60", "late:0")) == [60.0]


def test_an_alarm_raised_again_counts_again_and_one_that_only_changes_does_not() -> None:
    first = event(0, 0)

    assert fired(TWO, [first, event(1, 10)]) == [10.0]
    assert fired(TWO, [first, event(1, 10, happened="changed")]) == []


def test_a_second_goes_with_the_first_nearest_before_it() -> None:
    court = Court([judged({"pattern": pair("sequence")})])

    (verdict,) = court.judge(told("a:0", "a2:10", "b:20"))

    assert verdict.found.alarms == ("a2", "b")
    assert verdict.found.seen["apart_s"] == 10


@pytest.mark.parametrize(("second", "expected"), [(59.0, [0.0]), (60.0, [])])
def test_a_first_that_comes_late_goes_with_a_second_within_the_window(
    second: float, expected: list[float]
) -> None:
    assert fired(pair("sequence"), told(f"b:{second}", "a:0")) == expected


def test_a_latecomer_is_counted_with_what_lay_beside_it() -> None:
    assert fired(TWO, told("a:0", "stray:3000", "late:50")) == [50.0]


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        pytest.param(30, [0.0, 3000.0], id="after the first firing"),
        pytest.param(2950, [0.0, 3000.0], id="before the last firing"),
        pytest.param(1500, [0.0, 3000.0, 1500.0], id="far from both"),
    ],
)
def test_a_latecomer_pauses_for_every_firing_beside_it(late: float, expected: list[float]) -> None:
    items = [event(seq, at) for seq, at in enumerate((0, 3000, late))]

    assert fired(EACH, items, cooldown_s=60) == expected


def test_of_one_value_so_many_are_remembered() -> None:
    court = Court([judged({"pattern": TWO | {"distinct": "attributes.x"}})])

    court.judge(event(i, i, f"link-{i}", attributes={"x": "same"}) for i in range(20))

    (state,) = court.memory.states.values()
    assert len(state.marks) == SAME_VALUE_MAX


def marks(*instants: int) -> list[Mark]:
    return [Mark(at, at, "", f"alarm-{at}") for at in instants]


def test_what_lies_at_the_bound_is_forgotten_and_what_lies_after_it_is_not() -> None:
    state = GroupState(marks=marks(5, 6), fired=[7, 8])

    state.forget(before=5, fired_before=7)

    assert state == GroupState(marks=marks(6), fired=[8])


def test_a_rule_forgets_what_no_latecomer_can_reach() -> None:
    court = Court([judged({"pattern": TWO, "cooldown_s": 30})])

    court.judge(told("a:0", "b:1", "c:3660"))

    (state,) = court.memory.states.values()
    assert [from_us(one.at) for one in state.marks] == [after(1), after(3660)]
    assert state.fired == []


def test_groups_as_old_as_the_bound_go_and_the_oldest_left_is_told() -> None:
    memory, rule_id = Memory(), judged({}).id
    for at in (5, 6, 7):
        memory.keep((rule_id, f"{at}"), GroupState(marks=marks(at)), limit=9, before=0)

    oldest = memory.sweep(rule_id, before=5)

    assert {group for _, group in memory.states} == {"6", "7"}
    assert (memory.count(rule_id), oldest) == (2, 6)


@pytest.mark.parametrize(("second", "expected"), [(59.0, []), (60.0, [60.0])])
def test_a_first_that_comes_late_is_settled_by_a_second_within_the_window(
    second: float, expected: list[float]
) -> None:
    assert fired(pair("absence"), told(f"b:{second}", "a:0")) == expected


def test_a_first_that_comes_after_its_time_is_judged_once_it_is_received() -> None:
    late = event(0, 0, text="a", received_s=100)

    court = Court([judged({"pattern": pair("absence")})])
    court.judge([late])

    (state,) = court.memory.states.values()
    (pending,) = state.pending
    assert (pending.due, pending.ripe) == (to_us(after(60)), to_us(after(100)))
