"""Each pattern fires for what it describes, and not for the event that just misses."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.rules.judging.events import Event
from runtime.rules.model import Mode
from tests.factories.rules import make_count_pattern, make_leaf
from tests.unit.runtime.rules.judged import Court, event, fired, judged

A, B = make_leaf("text", "is", "a"), make_leaf("text", "is", "b")


def pair(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "a": A, "b": B, "within_s": 60} | more


def told(*said: str) -> list[Event]:
    """Read events as `name:second` or `name:second:site`; the name's first letter is the text."""
    found = []
    for seq, one in enumerate(said):
        name, second, *site = one.split(":")
        attributes = {"site": site[0]} if site else {}
        found.append(event(seq, float(second), name, text=name[0], attributes=attributes))
    return found


def flips(*seconds: float, name: str = "link") -> list[Event]:
    """Raise, clear, raise and so on."""
    kinds = ("raised", "cleared")
    return [event(i, at, name, happened=kinds[i % 2]) for i, at in enumerate(seconds)]


BY_SITE = {"group_by": ["attributes.site"]}
PAIRS = [
    pytest.param("sequence", told("a:0", "b:59"), [59.0], id="sequence: second within the window"),
    pytest.param("sequence", told("a:0", "b:60"), [], id="sequence: a window apart is too late"),
    pytest.param("sequence", told("b:0", "a:10"), [], id="sequence: in the wrong order"),
    pytest.param("sequence", told("b:10", "a:0"), [0.0], id="sequence: the first comes late"),
    pytest.param("sequence", told("a:0", "a2:10"), [], id="sequence: the first alone, twice"),
    pytest.param("sequence", told("a:5", "b:5"), [5.0], id="sequence: one instant, in order"),
    pytest.param("sequence", told("b:5", "a:5"), [], id="sequence: one instant, other order"),
    pytest.param("sequence", told("a:0", "b:1", "b2:59"), [1.0], id="sequence: pauses a window"),
    pytest.param("sequence", told("a:0", "b:1", "a2:59", "b2:61"), [1.0, 61.0], id="pause is over"),
    pytest.param("together", told("a:0", "b:59"), [59.0], id="together: in one order"),
    pytest.param("together", told("b:0", "a:59"), [59.0], id="together: in the other"),
    pytest.param("together", told("b:0", "a:60"), [], id="together: a window apart"),
    pytest.param("together", told("a:0", "a2:1"), [], id="together: one of them is missing"),
    pytest.param("absence", told("a:0"), [60.0], id="absence: nothing came"),
    pytest.param("absence", told("a:0", "b:59"), [], id="absence: the second came"),
    pytest.param("absence", told("a:0", "b:60"), [60.0], id="absence: the second came too late"),
    pytest.param("absence", told("b:0", "a:1"), [61.0], id="absence: the second came before"),
    pytest.param("absence", told("b:10", "a:0"), [], id="absence: the first comes late"),
    pytest.param("absence", told("a:0", "b:10", "a2:20"), [80.0], id="absence: a new first"),
    pytest.param("absence", told("a:0", "a2:30"), [60.0], id="absence: pauses for a window"),
    pytest.param("absence", told("b:0"), [], id="absence: no first"),
]


@pytest.mark.parametrize(("kind", "items", "expected"), PAIRS)
def test_two_conditions(kind: str, items: list[Event], expected: list[float]) -> None:
    assert fired(pair(kind), items) == expected


@pytest.mark.parametrize(
    ("kind", "items", "expected"),
    [
        pytest.param("sequence", told("a:0:x", "b:1:x"), [1.0], id="sequence: one site"),
        pytest.param("sequence", told("a:0:x", "b:1:y"), [], id="sequence: another site"),
        pytest.param("sequence", told("a:0:x", "b:1"), [], id="sequence: no site"),
        pytest.param("together", told("b:0:x", "a:1:x"), [1.0], id="together: one site"),
        pytest.param("together", told("b:0:x", "a:1:y"), [], id="together: another site"),
        pytest.param("absence", told("a:0:x", "b:1:x"), [], id="absence: one site"),
        pytest.param("absence", told("a:0:x", "b:1:y"), [60.0], id="absence: another site"),
        pytest.param("absence", told("a:0"), [], id="absence: no site"),
    ],
)
def test_two_conditions_in_groups(kind: str, items: list[Event], expected: list[float]) -> None:
    assert fired(pair(kind, **BY_SITE), items) == expected


def test_together_takes_two_alarms() -> None:
    both = pair("together", a=make_leaf("text", "exists"), b=make_leaf("text", "exists"))
    alone = [event(0, 0, text="x"), event(1, 1, text="x", happened="changed")]

    assert fired(both, alone) == []
    assert fired(both, [event(0, 0, "p", text="x"), event(1, 1, "q", text="x")]) == [1.0]


def test_the_second_may_be_something_else_that_happens() -> None:
    cleared = pair("absence", a=A, b=A, b_on=["cleared"])
    raised = event(0, 0, text="a")

    assert fired(cleared, [raised]) == [60.0]
    assert fired(cleared, [raised, event(1, 30, text="a", happened="cleared")]) == []


def test_when_goes_with_both() -> None:
    bern = make_leaf("attributes.site", "is", "bern")

    assert fired(pair("sequence"), told("a:0:bern", "b:1:bern"), when=bern) == [1.0]
    assert fired(pair("sequence"), told("a:0:basel", "b:1:bern"), when=bern) == []


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(flips(0, 1, 2, 3), [3.0], id="more than tolerated"),
        pytest.param(flips(0, 1, 2), [], id="as many as tolerated"),
        pytest.param(flips(0, 20, 40, 60), [], id="window start is exclusive"),
        pytest.param(flips(0, 20, 40, 59), [59.0], id="just inside the window"),
        pytest.param([*flips(0, 1), *flips(2, 3, name="other")], [], id="another alarm's changes"),
        pytest.param(
            [*flips(0, 1, 2), event(9, 3, happened="changed")], [], id="severity is no change"
        ),
    ],
)
def test_flapping(items: list[Event], expected: list[float]) -> None:
    assert fired({"kind": "flapping", "more_than": 3, "within_s": 60}, items) == expected


def test_flapping_asks_how_bad_a_cleared_alarm_was() -> None:
    pattern = {"kind": "flapping", "more_than": 3, "within_s": 60}
    major = make_leaf("perceived_severity", "at_least", "major")
    critical = make_leaf("perceived_severity", "at_least", "critical")

    assert fired(pattern, flips(0, 1, 2, 3), when=major) == [3.0]
    assert fired(pattern, flips(0, 1, 2, 3), when=critical) == []


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        pytest.param((30, 40, 50, 80), [3.0], id="no calm between"),
        pytest.param((64, 65, 66, 67), [3.0, 67.0], id="fires again after a calm"),
        pytest.param((61, 62, 63, 64), [3.0], id="the calm was not deep enough"),
    ],
)
def test_flapping_with_a_release_fires_once_until_there_was_a_calm(
    then: tuple[float, ...], expected: list[float]
) -> None:
    pattern = {"kind": "flapping", "more_than": 3, "within_s": 60, "release_below": 1}

    assert fired(pattern, flips(0, 1, 2, 3, *then)) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([event(0, 0)], [60.0], id="stands"),
        pytest.param([event(0, 0), event(1, 59, happened="cleared")], [], id="cleared in time"),
        pytest.param([event(0, 0), event(1, 60, happened="cleared")], [60.0], id="too late"),
        pytest.param(
            [event(0, 0), event(1, 10, happened="cleared"), event(2, 20)], [80.0], id="anew"
        ),
        pytest.param([event(0, 0), event(1, 30, happened="changed")], [60.0], id="still such"),
        pytest.param(
            [event(0, 0), event(1, 30, happened="changed", perceived_severity="minor")],
            [],
            id="not such any more",
        ),
        pytest.param([event(0, 0), event(1, 5, "b", happened="cleared")], [60.0], id="another"),
        pytest.param([event(0, 0, perceived_severity="minor")], [], id="never such"),
    ],
)
def test_persists(items: list[Event], expected: list[float]) -> None:
    major = make_leaf("perceived_severity", "at_least", "major")

    assert fired({"kind": "persists", "after_s": 60}, items, when=major) == expected


def test_what_persists_pauses_by_group() -> None:
    items = told("a:0:x", "b:1:x", "c:2:y", "d:3")
    pattern = {"kind": "persists", "after_s": 60, **BY_SITE}

    assert fired(pattern, items) == [60.0, 61.0, 62.0]
    assert fired(pattern, items, cooldown_s=60) == [60.0, 62.0]


def test_a_timer_is_judged_by_what_was_received_before_it() -> None:
    first = event(0, 0, text="a")
    in_time = event(1, 59, "b", text="b", received_s=60)
    too_late = event(1, 59, "b", text="b", received_s=60.1)

    assert fired(pair("absence"), [first, in_time]) == []
    assert fired(pair("absence"), [first, too_late]) == [60.0]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(("x", "y", "z"), [2.0], id="three objects"),
        pytest.param(("x", "y", "y"), [], id="one of them twice"),
        pytest.param(("x", "y", ""), [], id="one without a value"),
    ],
)
def test_count_of_different_values(names: tuple[str, ...], expected: list[float]) -> None:
    pattern = make_count_pattern(3, 60) | {"distinct": "attributes.node"}
    items = [
        event(seq, seq, f"alarm-{seq}", attributes={"node": name}) for seq, name in enumerate(names)
    ]

    assert fired(pattern, items) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [pytest.param(59, [0.0], id="within the pause"), pytest.param(60, [0.0, 60.0], id="after it")],
)
def test_each_pauses_by_group_where_it_has_one(second: float, expected: list[float]) -> None:
    items = told("a:0:x", f"b:{second}:x", "c:1")

    assert fired({"kind": "each", **BY_SITE}, items, cooldown_s=60) == expected


def stopping(**first: Any) -> list[str]:
    """Give the rules that fire for one alarm, in order; the first of them may stop the second."""
    rules = [
        judged({"name": "first", "priority": 1, **first}, 1, first.pop("mode", Mode.LIVE)),
        judged({"name": "second", "priority": 2}, 2),
    ]
    return [one.judged.rule.name for one in Court(rules).judge([event(0, 0)])]


def test_a_rule_that_fires_and_stops_keeps_later_rules_from_the_event() -> None:
    assert stopping(stop=True) == ["first"]
    assert stopping(stop=False) == ["first", "second"]
    assert stopping(stop=True, when=make_leaf("text", "is", "other")) == ["second"]


def test_a_rule_that_only_observes_stops_nobody() -> None:
    rules = [judged({"priority": 1, "stop": True}, 1, Mode.OBSERVE), judged({"priority": 2}, 2)]

    assert len(Court(rules).judge([event(0, 0)])) == 2


def test_the_alarms_of_a_pair_are_told_in_their_order() -> None:
    (verdict,) = Court([judged({"pattern": pair("sequence")})]).judge(told("b:10", "a:0"))

    assert verdict.found.alarms == ("a", "b")
