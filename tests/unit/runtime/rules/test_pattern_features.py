"""Each pattern and each part of it: when it fires, and the events that just miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from runtime.rules.judging.events import Event
from tests.factories.rules import make_count_pattern, make_leaf
from tests.unit.runtime.rules.cases import Case, case, fired
from tests.unit.runtime.rules.features import pattern_features
from tests.unit.runtime.rules.judged import event
from tests.unit.runtime.rules.test_judging import flips, pair, told

SITE = ["attributes.site"]
LINK = make_leaf("text", "is", "a")
EACH = {"kind": "each"}
FLAPPING = {"kind": "flapping", "more_than": 3, "within_s": 60}
CALM = FLAPPING | {"release_below": 1}
STANDS = {"kind": "persists", "after_s": 60}
RAISED, CLEARED = ([event(0, 0, happened=one)] for one in ("raised", "cleared"))


def on_pattern(feature: str, pattern: dict[str, Any], **told: Any) -> Case:
    return Case(feature=feature, rule={"pattern": pattern}, **told)


def grouped(kind: str, second: int, hit: Sequence[Event], miss: Sequence[Event]) -> Case:
    pattern = pair(kind, group_by=SITE)
    return on_pattern(f"{kind} group_by", pattern, hit=hit, hits=[f"rule:{second}"], miss=miss)


PATTERNS = [
    on_pattern("each", EACH, hit=told("a:0", "a2:0"), hits=["rule:0", "rule:0"], miss=CLEARED),
    case(
        "each group_by",
        {"pattern": EACH | {"group_by": SITE}, "cooldown_s": 60},
        hit=told("a:0:x", "b:1:y"),
        hits=["rule:0", "rule:1"],
        miss=told("a:0:x", "b:1:x", "c:2"),
        misses=["rule:0"],
    ),
    on_pattern(
        "count",
        make_count_pattern(2, 60),
        hit=told("a:0", "b:59"),
        hits=["rule:59"],
        miss=told("a:0"),
    ),
    on_pattern(
        "count at_least",
        make_count_pattern(3, 60),
        hit=told("a:0", "b:1", "c:2"),
        hits=["rule:2"],
        miss=told("a:0", "b:1"),
    ),
    on_pattern(
        "count within_s",
        make_count_pattern(2, 60),
        hit=told("a:0", "b:59.999"),
        hits=["rule:59.999"],
        miss=told("a:0", "b:60"),
    ),
    on_pattern(
        "count group_by",
        make_count_pattern(2, 60, *SITE),
        hit=told("a:0:x", "b:1:x"),
        hits=["rule:1"],
        miss=told("a:0:x", "b:1:y", "c:2"),
    ),
    on_pattern(
        "count distinct",
        make_count_pattern(2, 60) | {"distinct": "attributes.site"},
        hit=told("a:0:x", "b:1:y"),
        hits=["rule:1"],
        miss=told("a:0:x", "b:1:x", "c:2"),
    ),
    on_pattern(
        "sequence",
        pair("sequence"),
        hit=told("a:0", "b:1"),
        hits=["rule:1"],
        miss=told("b:0", "a:1"),
    ),
    on_pattern(
        "sequence a",
        pair("sequence"),
        hit=told("a:0", "b:1"),
        hits=["rule:1"],
        miss=told("c:0", "b:1"),
    ),
    on_pattern(
        "sequence b",
        pair("sequence"),
        hit=told("a:0", "b:1"),
        hits=["rule:1"],
        miss=told("a:0", "c:1"),
    ),
    on_pattern(
        "sequence b_on",
        pair("sequence", b=LINK, b_on=["cleared"]),
        hit=[event(0, 0, text="a"), event(1, 9, text="a", happened="cleared")],
        hits=["rule:9"],
        miss=[event(0, 0, text="a"), event(1, 9, text="a", happened="changed")],
    ),
    on_pattern(
        "sequence within_s",
        pair("sequence"),
        hit=told("a:0", "b:59.999"),
        hits=["rule:59.999"],
        miss=told("a:0", "b:60"),
    ),
    grouped("sequence", 1, told("a:0:x", "b:1:x"), told("a:0:x", "b:1:y", "b2:2")),
    on_pattern(
        "together",
        pair("together"),
        hit=told("b:0", "a:1"),
        hits=["rule:1"],
        miss=told("b:0", "b2:1"),
    ),
    on_pattern(
        "together a",
        pair("together"),
        hit=told("b:0", "a:1"),
        hits=["rule:1"],
        miss=told("b:0", "c:1"),
    ),
    on_pattern(
        "together b",
        pair("together"),
        hit=told("a:0", "b:1"),
        hits=["rule:1"],
        miss=told("a:0", "c:1"),
    ),
    on_pattern(
        "together b_on",
        pair("together", b_on=["cleared"]),
        hit=[event(0, 0, "p", text="a"), event(1, 9, "q", text="b", happened="cleared")],
        hits=["rule:9"],
        miss=[event(0, 0, "p", text="a"), event(1, 9, "q", text="b")],
    ),
    on_pattern(
        "together within_s",
        pair("together"),
        hit=told("b:0", "a:59.999"),
        hits=["rule:59.999"],
        miss=told("b:0", "a:60"),
    ),
    grouped("together", 1, told("b:0:x", "a:1:x"), told("b:0:x", "a:1:y", "a2:2")),
    on_pattern(
        "absence", pair("absence"), hit=told("a:0"), hits=["rule:60"], miss=told("a:0", "b:1")
    ),
    on_pattern("absence a", pair("absence"), hit=told("a:0"), hits=["rule:60"], miss=told("c:0")),
    on_pattern(
        "absence b",
        pair("absence"),
        hit=told("a:0", "c:1"),
        hits=["rule:60"],
        miss=told("a:0", "b:1"),
    ),
    on_pattern(
        "absence b_on",
        pair("absence", b_on=["cleared"]),
        hit=told("a:0", "b:1"),
        hits=["rule:60"],
        miss=[event(0, 0, "p", text="a"), event(1, 1, "q", text="b", happened="cleared")],
    ),
    on_pattern(
        "absence within_s",
        pair("absence"),
        hit=told("a:0", "b:60"),
        hits=["rule:60"],
        miss=told("a:0", "b:59.999"),
    ),
    grouped("absence", 60, told("a:0:x", "b:1:y"), told("a:0:x", "b:1:x", "a2:2")),
    on_pattern(
        "flapping",
        FLAPPING,
        hit=flips(0, 1, 2, 3),
        hits=["rule:3"],
        miss=told("a:0", "b:1", "c:2", "d:3"),
    ),
    on_pattern(
        "flapping more_than", FLAPPING, hit=flips(0, 1, 2, 3), hits=["rule:3"], miss=flips(0, 1, 2)
    ),
    on_pattern(
        "flapping within_s",
        FLAPPING,
        hit=flips(0, 1, 2, 59),
        hits=["rule:59"],
        miss=flips(0, 1, 2, 60),
    ),
    on_pattern(
        "flapping release_below",
        CALM,
        hit=flips(0, 1, 2, 3, 63, 64, 65, 66),
        hits=["rule:3", "rule:66"],
        miss=flips(0, 1, 2, 3, 62, 63, 64, 65),
        misses=["rule:3"],
    ),
    on_pattern(
        "flapping group_by",
        FLAPPING | {"group_by": SITE},
        hit=told("a:0:x", "b:1:x", "c:2:x", "d:3:x"),
        hits=["rule:3"],
        miss=told("a:0:x", "b:1:x", "c:2:y", "d:3:x", "e:4"),
    ),
    on_pattern("persists", STANDS, hit=RAISED, hits=["rule:60"], miss=flips(0, 1)),
    on_pattern(
        "persists after_s", STANDS, hit=flips(0, 60), hits=["rule:60"], miss=flips(0, 59.999)
    ),
    case(
        "persists group_by",
        {"pattern": STANDS | {"group_by": SITE}, "cooldown_s": 600},
        hit=told("a:0:x", "b:1:y"),
        hits=["rule:60", "rule:61"],
        miss=told("a:0:x", "b:1:x", "c:2"),
        misses=["rule:60"],
    ),
]


@pytest.mark.parametrize("one", PATTERNS, ids=lambda one: one.feature)
def test_it_fires_for_this_and_not_for_what_just_misses(one: Case) -> None:
    assert fired(one, one.rule, one.hit) == list(one.hits)
    assert fired(one, one.rule, one.miss) == list(one.misses)


def test_every_part_of_every_pattern_has_a_row() -> None:
    assert {one.feature for one in PATTERNS} == pattern_features()
