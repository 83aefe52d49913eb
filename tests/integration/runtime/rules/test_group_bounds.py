"""How old a parent may be and how many alarms it takes, whatever kind of parent it is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from runtime.rules.matcher import Matcher
from tests.factories.rules import make_count_pattern, make_leaf
from tests.integration.runtime.rules.conftest import Bench
from tests.integration.runtime.rules.networks import (
    ABOVE,
    Parents,
    above,
    deeds,
    in_network,
    parents,
)


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> Bench:
    return in_network(session, matcher)


@pytest.mark.parametrize(
    ("ago_s", "later_s"),
    [pytest.param(600, 0, id="raised before"), pytest.param(0, 600, id="raised after")],
)
@pytest.mark.parametrize(
    ("max_age_s", "expected"),
    [
        pytest.param(600, {"acc": "agg"}, id="as old as may be"),
        pytest.param(599, {}, id="a second older"),
    ],
)
def test_a_parent_above_is_bounded_by_age(
    bench: Bench, ago_s: int, later_s: int, max_age_s: int, expected: Parents
) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"), max_age_s=max_age_s)
    bench.send("agg", ago_s=ago_s)
    bench.send("acc", ago_s=later_s)
    (deed,) = deeds(bench)

    assert parents(bench) == expected
    assert expected or "agg above it was not raised at most" in deed["because"]


def test_a_fresh_alarm_farther_up_comes_before_a_nearer_one_that_is_too_old(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"), max_age_s=60)
    bench.send("agg", ago_s=61)
    bench.send("core", ago_s=60)
    bench.send("acc")
    bench.fired()

    assert parents(bench) == {"acc": "core"}


@pytest.mark.parametrize("batch", [1, 500])
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(ABOVE, id="above"),
        pytest.param(
            {
                "do": "correlate",
                "parent": "matching",
                "where": make_leaf("managed_object", "is", "core"),
            },
            id="matching",
        ),
    ],
)
@pytest.mark.parametrize(
    ("most", "said"),
    [
        pytest.param(3, "", id="as many as may be"),
        pytest.param(2, "2 alarms are under the parent", id="one too many"),
    ],
)
def test_a_parent_takes_no_more_alarms_than_it_may_have(
    bench: Bench, given: dict[str, Any], most: int, said: str, batch: int
) -> None:
    children = ("agg", "acc", "onu")
    bench.rule(
        when=make_leaf("managed_object", "in", list(children)),
        then=[given | {"max_children": most}],
    )
    bench.send("core", ago_s=9)
    for name in children:
        bench.send(name, perceived_severity="minor")
    *_, last = deeds(bench, batch=batch)

    assert list(parents(bench).values()) == ["core"] * most
    assert said in last.get("failed", "")


def test_a_matching_parent_is_found_however_many_alarms_came_after_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.rules.grouping.parents.CANDIDATES_MAX", 2)
    action = {
        "do": "correlate",
        "parent": "matching",
        "where": make_leaf("managed_object", "is", "root"),
    }
    bench.rule(when=make_leaf("managed_object", "starts_with", "leaf"), then=[action])
    bench.send("other", ago_s=20, perceived_severity="critical")
    bench.send("root", ago_s=20)
    for number in range(5):
        bench.send(f"leaf-{number}", ago_s=9 - number)
    bench.fired()

    assert list(parents(bench).values()) == ["root"] * 5


def test_alarms_of_a_pattern_fill_the_room_there_is_and_the_rest_is_told(bench: Bench) -> None:
    bench.rule(
        pattern=make_count_pattern(4, 60),
        then=[{"do": "correlate", "parent": "first", "max_children": 2}],
    )
    for number, name in enumerate("abcd"):
        bench.send(name, ago_s=10 - number)

    (deed,) = deeds(bench)

    assert (deed["children"], deed["left_out"]) == (2, 1)
    assert parents(bench) == {"b": "a", "c": "a"}


@pytest.mark.parametrize("batch", [1, 500])
def test_alarms_of_a_pattern_close_no_ring_and_the_firing_says_so(bench: Bench, batch: int) -> None:
    for priority, parent in enumerate(("most_severe", "first"), start=1):
        bench.rule(
            name=parent,
            priority=priority,
            pattern=make_count_pattern(2, 60),
            then=[{"do": "correlate", "parent": parent}],
        )
    bench.send("a", ago_s=9)
    bench.send("b", ago_s=8, perceived_severity="critical")

    done, refused = deeds(bench, batch=batch)

    assert done["children"] == 1
    assert "is under one of the others" in refused["failed"]
    assert parents(bench) == {"a": "b"}


def test_an_alarm_that_is_under_the_parent_needs_no_room(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"), max_children=1)
    bench.send("agg", ago_s=9)
    bench.send("acc", ago_s=8)
    bench.send("acc", perceived_severity="critical")

    assert [one.get("children") for one in deeds(bench, batch=1)] == [1, 1]


def test_who_waits_is_taken_as_far_as_there_is_room_the_oldest_first(bench: Bench) -> None:
    above(bench, when=make_leaf("managed_object", "in", ["agg", "acc", "onu"]), max_children=2)
    for ago_s, name in enumerate(("onu", "acc", "agg"), start=1):
        bench.send(name, ago_s=ago_s, perceived_severity="minor")
    bench.fired()
    bench.send("core")
    told = deeds(bench)

    assert parents(bench) == {"agg": "core", "acc": "core"}
    assert [one.get("waits", False) for one in told] == [True, False, False]


@pytest.mark.parametrize(
    ("pattern", "parent"),
    [
        pytest.param(make_count_pattern(2, 86_400), "first", id="the first"),
        pytest.param(make_count_pattern(2, 86_400), "most_severe", id="the most severe"),
        pytest.param({"kind": "each"}, "matching", id="a matching one"),
    ],
)
@pytest.mark.parametrize(
    ("max_age_s", "is_put"),
    [
        pytest.param(600, True, id="as old as may be"),
        pytest.param(599, False, id="a second older"),
    ],
)
def test_every_kind_of_parent_is_bounded_by_age(
    bench: Bench, pattern: dict[str, Any], parent: str, max_age_s: int, is_put: bool
) -> None:
    action = {"do": "correlate", "parent": parent, "max_age_s": max_age_s}
    when = make_leaf("managed_object", "exists")
    if parent == "matching":
        action["where"] = make_leaf("managed_object", "is", "old")
        when = make_leaf("managed_object", "is", "new")
    bench.rule(when=when, pattern=pattern, then=[action])
    bench.send("old", ago_s=600, perceived_severity="critical")
    bench.send("new")
    (deed,) = deeds(bench)

    assert parents(bench) == ({"new": "old"} if is_put else {})
    assert is_put or "raised at most 599 seconds before or after" in deed["failed"]


@pytest.mark.parametrize(
    ("ago_s", "expected"),
    [
        pytest.param(86_400, {"acc": "agg"}, id="as old as may be"),
        pytest.param(86_401, {}, id="a second older"),
    ],
)
def test_no_parent_is_older_than_a_day_where_nothing_is_said(
    bench: Bench, ago_s: int, expected: Parents
) -> None:
    above(bench, when=make_leaf("managed_object", "is", "acc"))
    bench.send("agg", ago_s=ago_s)
    bench.send("acc")
    bench.fired()

    assert parents(bench) == expected
