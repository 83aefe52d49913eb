"""The timeline: lanes, bars and the times above them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.runs.lanes import Span, lanes_of, rounds_of, span_of, within, words
from tests.factories.tenancy import NOON
from tests.unit.runtime.runs.attempts import at, attempt

TEN = Span(at(0), at(10))


def test_steps_come_in_the_order_they_began() -> None:
    attempts = [attempt("late", times=(5, 6, 7)), attempt("early", times=(0, 1, 2))]

    assert [lane.id for lane in lanes_of(attempts, "", TEN, now=at(10))] == ["early", "late"]


def test_a_bar_in_the_queue_comes_before_the_bar_at_work() -> None:
    (lane,) = lanes_of([attempt("a", times=(1, 3, 6))], "", TEN, now=at(10))

    assert [(bar.kind, bar.left, bar.width) for bar in lane.bars] == [
        ("queued", 10.0, 20.0),
        ("running", 30.0, 30.0),
    ]
    assert [bar.text for bar in lane.bars] == ["in the queue 2 s", "succeeded 3 s"]
    assert lane.seconds == 5


def test_a_queue_too_short_to_see_has_no_bar() -> None:
    (lane,) = lanes_of([attempt("a", times=(1, 1.001, 6))], "", TEN, now=at(10))

    assert [bar.kind for bar in lane.bars] == ["running"]


def test_every_try_has_its_bars_and_the_last_gives_the_state() -> None:
    tries = [
        attempt("a", "failed", times=(0, 1, 2)),
        attempt("a", "succeeded", number=2, times=(3, 4, 5)),
    ]

    (lane,) = lanes_of(tries, "", TEN, now=at(10))

    assert (lane.state, lane.attempts, lane.seconds) == ("succeeded", 2, 5)
    assert [bar.text for bar in lane.bars if bar.kind == "running"] == [
        "failed 1 s",
        "Try 2: succeeded 1 s",
    ]


def test_what_goes_on_reaches_until_now() -> None:
    running = attempt("a", "running", times=(0, 2, None), port=None)
    waiting = attempt("b", "waiting", times=(0, 2, None), port=None)

    first, second = lanes_of([running, waiting], "", TEN, now=at(8))

    assert (first.bars[-1].kind, first.bars[-1].width) == ("running", 60.0)
    assert (second.bars[-1].kind, second.bars[-1].text) == ("waiting", "waiting 6 s")
    assert first.seconds is None


def test_a_wait_that_is_over_still_looks_like_one() -> None:
    (lane,) = lanes_of([attempt("a", times=(0, 0, 9), waits=True)], "", TEN, now=at(10))

    assert [bar.kind for bar in lane.bars] == ["waiting"]


def test_a_step_that_never_began_is_as_long_as_it_was_in_the_queue() -> None:
    (lane,) = lanes_of(
        [attempt("a", "cancelled", times=(0, None, 4), port=None)], "", TEN, now=at(10)
    )

    assert [(bar.kind, bar.width) for bar in lane.bars] == [("queued", 40.0)]


def test_an_undo_is_a_lane_of_its_own_with_the_name_of_its_step() -> None:
    lanes = lanes_of([attempt("a"), attempt("a~undo", times=(5, 6, 7))], "", TEN, now=at(10))

    assert [(lane.id, lane.kind) for lane in lanes] == [("a", "step"), ("a", "undo")]


LOOP = [
    attempt("each", times=(0, 0, 9)),
    attempt("each[0].call", times=(1, 1, 2)),
    attempt("each[1].call", "failed", times=(1, 1, 3)),
    attempt("each[1].note", times=(3, 3, 4)),
    attempt("each[2].inner", times=(4, 4, 8)),
    attempt("each[2].inner[0].call", times=(5, 5, 6)),
    attempt("eachport", times=(9, 9, 10)),
]


def test_a_loop_is_one_lane_that_counts_its_rounds_by_state() -> None:
    lanes = lanes_of(LOOP, "", TEN, now=at(10))

    assert [(lane.path, lane.kind) for lane in lanes] == [("each", "loop"), ("eachport", "step")]
    assert lanes[0].rounds == {"succeeded": 2, "failed": 1}


def test_rounds_come_in_their_order_each_from_its_first_step_to_its_last() -> None:
    rounds = rounds_of(within(LOOP, "each"), "each", TEN, now=at(10))

    assert [(one.path, one.number, one.state) for one in rounds] == [
        ("each[0]", 0, "succeeded"),
        ("each[1]", 1, "failed"),
        ("each[2]", 2, "succeeded"),
    ]
    assert [one.seconds for one in rounds] == [1, 3, 4]


def test_a_round_has_its_own_steps_and_loops() -> None:
    lanes = lanes_of(within(LOOP, "each[2]"), "each[2]", TEN, now=at(10))

    assert [(lane.path, lane.kind) for lane in lanes] == [("each[2].inner", "loop")]


def test_a_round_in_which_something_goes_on_is_not_over() -> None:
    inside = [
        attempt("each[0].a", "failed", times=(0, 0, 1)),
        attempt("each[0].b", "running", times=(1, 1, None), port=None),
    ]

    (lane,) = rounds_of(inside, "each", TEN, now=at(10))

    assert (lane.state, lane.ended_at) == ("running", None)


def test_an_eleventh_round_is_not_inside_the_first() -> None:
    attempts = [attempt("each[1].a"), attempt("each[11].a")]

    assert [one.step for one in within(attempts, "each[1]")] == ["each[1].a"]


def test_a_span_ends_now_where_something_goes_on() -> None:
    over, on = attempt("a"), attempt("b", "running", times=(1, 1, None), port=None)

    assert span_of([over], now=at(60)) == Span(at(0), at(2))
    assert span_of([over, on], now=at(60)) == Span(at(0), at(60))
    assert span_of([], now=at(60)) == Span(at(60), at(60))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(0.0002, "<1 ms", id="hardly anything"),
        pytest.param(0.25, "250 ms", id="milliseconds"),
        pytest.param(4.0, "4 s", id="whole seconds"),
        pytest.param(60, "1 min", id="a whole minute"),
        pytest.param(3_700, "1 h 1 min", id="an hour and a bit"),
        pytest.param(93_600, "1 d 2 h", id="more than a day"),
    ],
)
def test_durations_are_written_short(seconds: float, expected: str) -> None:
    assert words(seconds) == expected


@given(st.floats(0, 40 * 86_400))
def test_ticks_are_few_ascending_and_within_the_span(seconds: float) -> None:
    ticks = Span(NOON, NOON + timedelta(seconds=seconds)).ticks()

    places = [place for place, _ in ticks]
    assert ticks[0] == (0.0, "0")
    assert len(ticks) <= 7
    assert places == sorted(set(places))
    assert all(0 <= place <= 100.001 for place in places)


times = st.tuples(st.floats(0, 5), st.floats(0, 5), st.floats(0, 5))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a[0].c", "a[1].c"]), times), max_size=20))
def test_every_bar_lies_within_the_timeline(found: list[tuple[str, tuple[float, ...]]]) -> None:
    attempts = [
        attempt(path, times=(queue, queue + begin, queue + begin + work))
        for path, (queue, begin, work) in found
    ]
    span = span_of(attempts, now=at(20))

    lanes = [
        *lanes_of(attempts, "", span, now=at(20)),
        *rounds_of(within(attempts, "a"), "a", span, now=at(20)),
    ]

    for bar in [bar for lane in lanes for bar in lane.bars]:
        assert bar.width >= 0
        assert 0 <= bar.left <= bar.left + bar.width <= 100.002
