"""Each part of a rule beside its pattern: when it fires, and the events that just miss."""

from __future__ import annotations

import pytest

from tests.factories.rules import make_leaf
from tests.unit.runtime.rules.cases import Case, case, fired
from tests.unit.runtime.rules.features import rule_features
from tests.unit.runtime.rules.judged import ANY, event
from tests.unit.runtime.rules.test_judging import told

LINK, FAN = make_leaf("text", "is", "a"), make_leaf("text", "is", "b")
RAISED, CHANGED, CLEARED, ESCALATED = (
    [event(0, 0, happened=one)] for one in ("raised", "changed", "cleared", "escalated")
)
RULES = [
    case(
        "when all",
        {"when": {"all": [LINK, ANY]}},
        hit=told("a:0"),
        hits=["rule:0"],
        miss=told("b:0"),
    ),
    case(
        "when any",
        {"when": {"any": [LINK, FAN]}},
        hit=told("b:0"),
        hits=["rule:0"],
        miss=told("c:0"),
    ),
    case(
        "when none",
        {"when": {"none": [LINK, FAN]}},
        hit=told("c:0"),
        hits=["rule:0"],
        miss=told("b:0"),
    ),
    case("on raised", {"on": ["raised"]}, hit=RAISED, hits=["rule:0"], miss=CHANGED),
    case("on changed", {"on": ["changed"]}, hit=CHANGED, hits=["rule:0"], miss=RAISED),
    case("on cleared", {"on": ["cleared"]}, hit=CLEARED, hits=["rule:0"], miss=ESCALATED),
    case("on escalated", {"on": ["escalated"]}, hit=ESCALATED, hits=["rule:0"], miss=CLEARED),
    case(
        "cooldown_s",
        {"cooldown_s": 60},
        hit=[event(0, 0), event(1, 60)],
        hits=["rule:0", "rule:60"],
        miss=[event(0, 0), event(1, 59)],
        misses=["rule:0"],
    ),
    case(
        "priority",
        {"priority": 99},
        beside={"priority": 100},
        hit=RAISED,
        hits=["rule:0", "beside:0"],
        otherwise={"priority": 101},
        miss=RAISED,
        misses=["beside:0", "rule:0"],
    ),
    case(
        "stop",
        {"priority": 1, "stop": True, "when": LINK},
        beside={"priority": 2},
        hit=told("a:0"),
        hits=["rule:0"],
        miss=told("b:0"),
        misses=["beside:0"],
    ),
]


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.feature)
def test_it_fires_for_this_and_not_for_what_just_misses(one: Case) -> None:
    assert fired(one, one.rule, one.hit) == list(one.hits)
    assert fired(one, one.rule | one.otherwise, one.miss) == list(one.misses)


def test_every_part_of_a_rule_has_a_row() -> None:
    assert {one.feature for one in RULES} == rule_features()
