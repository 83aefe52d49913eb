"""Each way in which durable_rules crashes, hangs or errs on its own is one that Garland avoids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.rules.conditions import Op
from runtime.rules.matcher import Matcher
from tests.factories.rules import make_leaf
from tests.unit.runtime.rules.test_plan import assert_same_verdicts

LOAD, SITE = "attributes.load", "attributes.site"


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher() as made:
        yield made


def loads(*values: Any) -> list[dict[str, Any]]:
    return [{"attributes": {"load": value}} for value in values]


LANDMINES: dict[str, tuple[list[Any], list[dict[str, Any]]]] = {
    "floats with an exponent end a batch": (
        [make_leaf(LOAD, "more_than", 1e-10), make_leaf(LOAD, "is", 1e-9)],
        loads(1e-09, 1e16, float("inf"), 1e-12, 5),
    ),
    "an empty message in a batch hangs": ([make_leaf(LOAD, "is", 5)], [{}, *loads(5), {}]),
    "only an absence never ends": ([make_leaf(SITE, "missing")], [{}, *loads(5)]),
    "5, '5' and 5.0 are one": (
        [make_leaf(LOAD, "is", 5), make_leaf(LOAD, "is", "5"), make_leaf(LOAD, "is", True)],
        loads(5, "5", 5.0, True, "true", " 5"),
    ),
    "a text is more than a number": ([make_leaf(LOAD, "more_than", 5)], loads("abc", "9", 9)),
    "whole numbers saturate": (
        [make_leaf(LOAD, "is", 2**40), make_leaf(LOAD, "more_than", 2**33)],
        loads(2**40, 2**31, 2**63, -(2**40)),
    ),
    "names with one hash are one field": (
        [make_leaf("attributes.costarring", "is", 1), make_leaf("attributes.liquid", "is", 2)],
        [{"attributes": {"costarring": 2}}, {"attributes": {"liquid": 2, "costarring": 1}}],
    ),
    "names it keeps for itself": (
        [make_leaf(f"attributes.{name}", "is", "x") for name in ("id", "sid", "$s", "_k")],
        [{"attributes": {name: "x"}} for name in ("id", "sid", "$s", "_k")],
    ),
    "nested quantifiers hang, others match wrongly": (
        [make_leaf("text", "matches", "(a+)+$"), make_leaf("text", "matches", "^.*[^b]$")],
        [{"text": "a" * 60 + "!"}, {"text": "ab"}, {"text": "a"}],
    ),
    "an event is consumed by one rule": ([make_leaf(LOAD, "is", 5)] * 5, loads(5)),
    "256 rules on one condition": ([make_leaf(LOAD, "is", 5)] * 256, loads(5, 6)),
    "513 first conditions": ([make_leaf(LOAD, "is", i) for i in range(513)], loads(0, 512, 513)),
    "65 conditions that match at once": (
        [make_leaf(LOAD, "more_than", i) for i in range(65)],
        loads(64, 65, -1),
    ),
    "1,025 states": (
        [make_leaf(SITE, "exists")],
        [{"attributes": {"site": i}} for i in range(1100)],
    ),
    "quotes and zeros in texts": (
        [make_leaf("text", "is", 'a"b\\'), make_leaf("text", "contains", "\x00")],
        [{"text": 'a"b\\'}, {"text": "\x00"}, {"text": "\ud800"}],
    ),
}


@pytest.mark.parametrize("landmine", LANDMINES)
def test_it_is_not_stepped_on(matcher: Matcher, landmine: str) -> None:
    documents, facts = LANDMINES[landmine]

    assert_same_verdicts(matcher, landmine, documents, facts)


def test_nothing_is_divided_and_nothing_is_joined() -> None:
    assert {op.value for op in Op}.isdisjoint({"add", "subtract", "multiply", "divide"})


def test_two_rules_of_many_each_see_every_event(matcher: Matcher) -> None:
    documents = [make_leaf(LOAD, "more_than", 1), make_leaf(LOAD, "less_than", 9)]

    for batch in range(50):  # what one batch leaves behind would be seen by the next
        assert_same_verdicts(matcher, f"again {batch % 2}", documents, loads(5, 0, 10, 5, 5))
