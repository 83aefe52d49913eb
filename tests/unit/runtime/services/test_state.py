"""How a service does, from the alarms on what it rests on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.lives import Life
from runtime.alarms.model import Severity
from runtime.inventory.graph import Graph
from runtime.services.spans import Span
from runtime.services.state import Effect, Footing, How, Need, derive, effect_of, judge
from runtime.services.timeline import Moment, State
from runtime.services.words import cause_of
from tests.factories.services import make_life
from tests.factories.tenancy import NOON

SECOND = timedelta(seconds=1)
HOUR = Span(NOON, NOON + timedelta(hours=1))
KEYS = ("line-a", "line-b", "line-c", "router")


def need(how: str = "all", *roots: str, share: int = 100) -> Need:
    """Make a need; `line-a+router` is a line that a router can take down."""
    return Need(how=How(how), share=share, roots=tuple(frozenset(one.split("+")) for one in roots))


def footing(*needs: Need, **changes: Any) -> Footing:
    return Footing(**{"own_key": "shop", "needs": needs, **changes})


TWO_LINES = footing(need("any", "line-a", "line-b"))


def went(rests: Footing, *lives: Life, planned: tuple[Span, ...] = ()) -> list[Moment]:
    return derive(
        rests,
        lives,
        planned=planned,
        period=HOUR,
        describe=lambda life: cause_of(life, Graph(), own_key=rests.own_key),
    )


def states(found: list[Moment]) -> list[tuple[float, str]]:
    return [((one.at - NOON).total_seconds(), one.state.value) for one in found]


@pytest.mark.parametrize(
    ("severity", "affecting", "names", "expected"),
    [
        pytest.param("critical", None, False, Effect.BREAKS, id="critical breaks"),
        pytest.param("major", None, False, Effect.DEGRADES, id="major degrades"),
        pytest.param("minor", None, False, Effect.NONE, id="minor does nothing"),
        pytest.param("warning", True, False, Effect.DEGRADES, id="unless it affects service"),
        pytest.param("minor", None, True, Effect.DEGRADES, id="or names the service"),
        pytest.param("critical", False, False, Effect.NONE, id="told not to affect service"),
        pytest.param("cleared", True, True, Effect.NONE, id="cleared"),
    ],
)
def test_severity_and_what_the_source_says_make_the_effect(
    severity: str, affecting: bool | None, names: bool, expected: Effect
) -> None:
    found = effect_of(Severity(severity), service_affecting=affecting, names_service=names)

    assert found is expected


@pytest.mark.parametrize(
    ("how", "share", "broken", "expected"),
    [
        pytest.param("all", 100, 0, Effect.NONE, id="all, none broken"),
        pytest.param("all", 100, 1, Effect.BREAKS, id="all, one broken"),
        pytest.param("any", 100, 2, Effect.NONE, id="any, one is left"),
        pytest.param("any", 100, 3, Effect.BREAKS, id="any, none is left"),
        pytest.param("share", 60, 1, Effect.DEGRADES, id="share, just enough is left"),
        pytest.param("share", 60, 2, Effect.BREAKS, id="share, one too many"),
        pytest.param("share", 1, 3, Effect.BREAKS, id="share, at least one must work"),
    ],
)
def test_redundancy_says_how_many_must_work(
    how: str, share: int, broken: int, expected: Effect
) -> None:
    rests = footing(need(how, "line-a", "line-b", "line-c", share=share))

    assert judge(rests, dict.fromkeys(KEYS[:broken], Effect.BREAKS)).effect is expected


def test_what_stands_above_both_lines_takes_both_down() -> None:
    rests = footing(need("any", "line-a+router", "line-b+router"))

    assert states(went(rests, make_life("router", ends_s=60))) == [(0, "down"), (60, "working")]


def test_a_service_without_its_spare_works_and_says_so() -> None:
    (first, last) = went(TWO_LINES, make_life("line-a", begins_s=10, ends_s=None))

    assert (first.cause, last.state) == (None, State.WORKING)
    assert last.cause is not None
    assert last.cause.key == "line-a"


def test_it_is_down_only_while_both_lines_are() -> None:
    found = went(TWO_LINES, make_life("line-a", ends_s=100), make_life("line-b", begins_s=40))

    assert states([one for one in found if one.state is not State.WORKING]) == [(40, "down")]
    assert found[-1].at == NOON + 100 * SECOND


def test_an_alarm_on_the_service_itself_counts_though_it_rests_on_nothing() -> None:
    lives = (make_life("shop", "minor", ends_s=5), make_life("x", affected_services=("shop",)))

    assert states(went(footing(), *lives)) == [(0, "down")]


def test_planned_work_is_told_apart_where_it_alone_disturbs() -> None:
    found = went(footing(need("all", "line-a")), make_life("line-a", ends_s=60, is_planned=True))

    assert [(one.state, one.is_down) for one in found] == [
        (State.PLANNED, True),
        (State.WORKING, False),
    ]


def test_a_fault_beside_planned_work_is_no_planned_work() -> None:
    rests = footing(need("all", "line-a", "line-b"))
    work, fault = make_life("line-a", is_planned=True), make_life("line-b", begins_s=30)

    assert states(went(rests, work, fault)) == [(0, "planned"), (30, "down")]


def test_work_on_the_service_itself_explains_whatever_happens_meanwhile() -> None:
    work = Span(NOON + 20 * SECOND, NOON + 50 * SECOND)

    found = went(footing(need("all", "line-a")), make_life("line-a", ends_s=90), planned=(work,))

    assert states(found) == [(0, "down"), (20, "planned"), (50, "down"), (90, "working")]


def test_a_tenant_may_count_major_as_broken() -> None:
    rests = footing(need("all", "line-a"), breaks_from=Severity.MAJOR)

    assert states(went(rests, make_life("line-a", "major", ends_s=9))) == [
        (0, "down"),
        (9, "working"),
    ]


lives = st.lists(
    st.builds(
        lambda name, severity, begins, lasts, planned: make_life(
            name, severity, begins, begins + lasts, is_planned=planned
        ),
        st.sampled_from(KEYS),
        st.sampled_from(["critical", "major", "minor"]),
        st.integers(-60, 3_600),
        st.integers(1, 600),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda life: life.alarm_id,
)
RESTS = footing(need("any", "line-a+router", "line-b+router"), need("share", "line-c", share=60))


@given(lives, st.randoms(use_true_random=False))
def test_the_order_in_which_alarms_are_heard_of_changes_nothing(
    found: list[Life], dice: Any
) -> None:
    turned = dice.sample(found, len(found))

    assert went(RESTS, *found) == went(RESTS, *turned)


@given(lives, st.integers(0, 3_600))
def test_every_instant_is_judged_by_what_stands_then(found: list[Life], second: int) -> None:
    at = NOON + second * SECOND
    disturbed: dict[str, Effect] = {}
    for life in found:
        if life.raised_at <= at < (life.ended_at or at + SECOND):
            effect = effect_of(life.stages[0].severity, service_affecting=None)
            key = life.managed_object
            disturbed[key] = max(disturbed.get(key, Effect.NONE), effect)

    moment = [one for one in went(RESTS, *found) if one.at <= at][-1]

    worst = judge(RESTS, {key: one for key, one in disturbed.items() if one}).effect
    assert moment.is_down is (worst is Effect.BREAKS)
    assert (moment.state is State.WORKING) is (worst is Effect.NONE)


@given(lives, st.integers(1, 3_599))
def test_cutting_the_time_at_any_instant_gives_the_same(found: list[Life], second: int) -> None:
    cut = NOON + second * SECOND
    whole = went(RESTS, *found)

    later = derive(
        RESTS,
        found,
        planned=(),
        period=Span(cut, HOUR.end),
        describe=lambda life: cause_of(life, Graph(), own_key="shop"),
    )

    assert later[0].said == [one for one in whole if one.at <= cut][-1].said
    assert later[1:] == [one for one in whole if one.at > cut]
