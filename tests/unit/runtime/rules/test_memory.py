"""What rules remember is bounded, and how events are cut into batches changes no verdict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.rules.judging import memory as memory_module
from runtime.rules.judging.events import Event
from runtime.rules.judging.memory import Memory, groups_limit
from runtime.rules.judging.state import PENDING_MAX, GroupState, Mark, Pending
from runtime.rules.judging.steps import marks_limit
from tests.factories.rules import make_count_pattern, make_leaf
from tests.support.size import examples
from tests.unit.runtime.rules.judged import Court, after, event, judged
from tests.unit.runtime.rules.streams import Said, rules, streams

GROUPED = {"pattern": make_count_pattern(2, 60, "attributes.text")}


def storm(number: int, *, gap_s: float = 0.001, begin: int = 0) -> list[Event]:
    """Make events each of which is a group of its own."""
    return [
        event(begin + i, (begin + i) * gap_s, f"link-{i}", attributes={"text": f"t{begin + i}"})
        for i in range(number)
    ]


def test_a_rule_that_groups_by_free_text_keeps_so_many_groups_and_tells_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_module, "GROUPS_MAX", 50)
    court = Court([judged(GROUPED)])

    court.judge(storm(80))

    assert len(court.memory.states) == 50
    assert court.memory.left_out == {court.rules[0].id: 30}


def test_groups_that_nothing_can_reach_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "GROUPS_MAX", 50)
    court = Court([judged(GROUPED)])
    court.judge(storm(50))
    late = [event(90, 3_720, "x", attributes={"text": "x"}), *storm(1, gap_s=40, begin=100)]

    court.judge(late)

    assert len(court.memory.states) < 50
    assert not court.memory.left_out


def test_a_storm_in_one_group_is_remembered_up_to_a_limit() -> None:
    court = Court([judged({"pattern": make_count_pattern(5, 86_400)})])

    court.judge([event(i, i, f"link-{i}") for i in range(500)])

    (state,) = court.memory.states.values()
    assert len(state.marks) == marks_limit(court.rules[0].rule.pattern)


def test_a_group_waits_for_so_many_events_and_tells_the_rest() -> None:
    never = {"kind": "absence", "a": make_leaf("text", "missing"), "within_s": 86_400}
    court = Court([judged({"pattern": {**never, "b": make_leaf("text", "is", "b")}})])

    court.judge([event(i, i, f"link-{i}") for i in range(PENDING_MAX + 3)])

    assert court.memory.left_out == {court.rules[0].id: 3}


def test_a_rule_whose_groups_hold_much_may_have_fewer_of_them() -> None:
    few, many = (judged({"pattern": make_count_pattern(n, 60)}) for n in (1_000, 2))

    limits = [groups_limit(one, marks_limit(one.rule.pattern)) for one in (few, many)]

    assert limits == [100, 6_250]


def items_of(said: list[Said]) -> list[Event]:
    """Make events of a stream, with the alarm's own story kept simple: it is what it says it is."""
    found, now = [], 0.0
    for seq, one in enumerate(said):
        now += one.gap_s
        severity = one.document["perceived_severity"]
        found.append(
            event(
                seq,
                now - one.late_s,
                one.document["managed_object"],
                happened="cleared" if severity == "cleared" else "raised",
                received_s=now,
                perceived_severity=severity,
                attributes=one.document["attributes"],
            )
        )
    return found


@given(
    documents=st.lists(rules, min_size=1, max_size=4),
    said=streams,
    cuts=st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
@settings(max_examples=examples(100))
def test_how_events_are_cut_into_batches_changes_no_verdict(
    documents: list[dict[str, Any]], said: list[Said], cuts: list[int]
) -> None:
    known = [judged(document, number) for number, document in enumerate(documents)]
    items = items_of(said)
    whole = Court(known).fired(items, until_s=1e6)

    court, pieces, number = Court(known), list[float](), 0
    while items:
        size = cuts[number % len(cuts)]
        pieces += court.fired(items[:size])
        items, number = items[size:], number + 1
        kept = {key: as_written(state) for key, state in court.memory.states.items()}
        court.memory.states = kept
    pieces += court.fired([], until_s=1e6)

    assert pieces == whole


def as_written(state: GroupState) -> GroupState:
    """Write a memory and read it back."""
    return GroupState.from_document(state.to_document())


def test_a_memory_is_read_back_as_it_was_written() -> None:
    mark, waits = Mark(1, 2, "a", "alarm", "x"), Pending(1, 2, "alarm", 3, 4, "group")
    state = GroupState(marks=[mark], fired=[5], pending=[waits], held=True)

    assert as_written(state) == state
    assert GroupState().to_document() == {}
    assert state.newest() == 5


def test_a_memory_that_was_never_filled_counts_nothing() -> None:
    assert Memory().count(judged(GROUPED).id) == 0
    assert Memory().next_ripe(int(after(0).timestamp())) is None
