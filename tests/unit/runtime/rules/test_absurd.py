"""Absurd and malicious rules are refused with a word that helps, or cost no more than others."""

from __future__ import annotations

import time
from typing import Any

import pytest

from runtime.rules.model import check_rule
from runtime.rules.patterns import matches
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document

YEAR_S = 365 * 86_400
LEAF = make_leaf("text", "is", "x")

ABOVE = {"do": "correlate", "parent": "above"}
UNDER = {"do": "correlate", "parent": "matching", "where": LEAF}


def pair(**more: Any) -> dict[str, Any]:
    return {"kind": "sequence", "a": LEAF, "b": LEAF, "within_s": 60} | more


def deep(depth: int) -> dict[str, Any]:
    node = LEAF
    for _ in range(depth):
        node = {"any": [node]}
    return node


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"pattern": make_count_pattern(2, YEAR_S)}, "/pattern/within_s", id="a year"),
        pytest.param({"pattern": make_count_pattern(10**6, 60)}, "/pattern/at_least", id="count"),
        pytest.param({"pattern": pair(within_s=YEAR_S)}, "/pattern/within_s", id="pair of a year"),
        pytest.param(
            {"pattern": {"kind": "persists", "after_s": YEAR_S}}, "/pattern/after_s", id="persists"
        ),
        pytest.param(
            {"pattern": {"kind": "flapping", "more_than": 10**6, "within_s": 60}},
            "/pattern/more_than",
            id="flaps",
        ),
        pytest.param({"cooldown_s": YEAR_S}, "/cooldown_s", id="pause"),
        pytest.param({"when": {"any": [LEAF] * 10_000}}, "/when/any", id="10,000 conditions"),
        pytest.param({"pattern": pair(b=deep(2_000))}, "/pattern/b", id="nested in a pair"),
        pytest.param(
            {"pattern": pair(a={"any": [LEAF] * 40}, b={"any": [LEAF] * 40})},
            "/when",
            id="too many conditions in all",
        ),
        pytest.param(
            {"pattern": make_count_pattern(2, 60, *(f"attributes.a{i}" for i in range(5)))},
            "/pattern/group_by",
            id="groups of five fields",
        ),
        pytest.param(
            {"when": make_leaf("text", "matches", "(?=x)")}, "/when/value", id="look-ahead"
        ),
        pytest.param(
            {"when": make_leaf("text", "matches", "((a{1,99}){1,99}){1,99}")},
            "/when/value",
            id="a pattern that compiles to gigabytes",
        ),
        pytest.param({"then": [{"do": "acknowledge"}] * 11}, "/then", id="actions"),
        pytest.param(
            {"then": [{"do": "notify", "to": ["x@example.com"], "subject": "x"}]},
            "/then/0/to/0",
            id="mail to anybody",
        ),
        pytest.param(
            {"then": [{"do": "correlate", "parent": "first"}]}, "/then/0/parent", id="no group"
        ),
        pytest.param(
            {"then": [{"do": "correlate", "parent": "matching"}]}, "/then/0/where", id="any parent"
        ),
        pytest.param({"then": [ABOVE | {"hops": 6}]}, "/then/0/hops", id="parents too far up"),
        pytest.param(
            {"then": [ABOVE | {"max_age_s": YEAR_S}]}, "/then/0/max_age_s", id="parents too old"
        ),
        pytest.param(
            {"then": [ABOVE | {"max_children": 10_001}]},
            "/then/0/max_children",
            id="groups too large",
        ),
        pytest.param(
            {"then": [ABOVE | {"at_least": "cleared"}]}, "/then/0/at_least", id="parents not down"
        ),
        pytest.param(
            {"then": [UNDER | {"hops": 2}]}, "/then/0/hops", id="hops to what is not above"
        ),
        pytest.param(
            {"then": [UNDER | {"at_least": "major"}]},
            "/then/0/at_least",
            id="a severity for what is not above",
        ),
        pytest.param(
            {"then": [ABOVE | {"same": ["text"]}]}, "/then/0/same", id="the same as what is above"
        ),
        pytest.param(
            {"then": [ABOVE | {"where": LEAF}]}, "/then/0/where", id="a condition for what is above"
        ),
        pytest.param(
            {"pattern": {"kind": "persists", "after_s": 60}, "on": ["cleared"]}, "/on", id="never"
        ),
        pytest.param(
            {"pattern": make_count_pattern(2, 60) | {"distinct": "plaice"}},
            "/pattern/distinct",
            id="no such field",
        ),
        pytest.param(
            {"pattern": {"kind": "flapping", "more_than": 2, "within_s": 9, "release_below": 9}},
            "/pattern/release_below",
            id="a release above",
        ),
    ],
)
def test_it_is_refused_at_its_field(changes: dict[str, Any], pointer: str) -> None:
    began = time.monotonic()

    problems = check_rule(make_rule_document(**changes), flow_slugs=[])

    assert pointer in {one.pointer for one in problems}
    assert all(one.message for one in problems)
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]$"])
def test_a_pattern_that_would_hang_others_is_matched_in_time(pattern: str) -> None:
    began = time.monotonic()

    assert not matches(pattern, "a" * 4_000 + "!") or pattern.startswith("(.*")
    assert time.monotonic() - began < 5.0
