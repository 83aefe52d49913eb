"""The plan on real durable_rules gives the reference evaluator's verdicts, whatever the shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.rules._names import Names
from runtime.rules._shards import NAMES_MAX
from runtime.rules.conditions import build
from runtime.rules.matcher import Matcher
from runtime.rules.plan import compile_rules
from runtime.rules.reference import row_of
from tests.factories.rules import make_leaf


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher(sets_max=4, loads_max=100) as made:
        yield made


def assert_same_verdicts(
    matcher: Matcher, name: str, documents: list[Any], facts: list[dict[str, Any]]
) -> None:
    program = compile_rules({f"rule{i}": build(one) for i, one in enumerate(documents)})
    rows = [row_of(one, program.reads) for one in facts]
    starts = matcher.starts

    found = matcher.match(name, program, rows)

    assert found == [program.judge(row) for row in rows]
    assert matcher.starts <= starts + 1  # nothing crashed on the way; a recycled child is fine


def in_list(start: int) -> dict[str, Any]:
    return make_leaf("event_type", "in", [f"c{(start + j) % 60}" for j in range(24)])


SHAPES = {
    "1000 first conditions": [make_leaf("event_type", "is", f"c{i}") for i in range(1000)],
    "600 rules alike": [make_leaf("event_type", "is", "c1")] * 600,
    "400 missing fields": [make_leaf(f"attributes.f{i}", "missing") for i in range(400)],
    "400 present fields": [make_leaf(f"attributes.f{i}", "exists") for i in range(400)],
    "300 thresholds all true": [make_leaf("count", "at_least", i) for i in range(300)],
    "200 alternatives sharing a branch": [
        {"any": [make_leaf("event_type", "is", "c1"), make_leaf("count", "is", i)]}
        for i in range(200)
    ],
    "100 lists of 24": [in_list(i) for i in range(100)],
    "100 negated lists of 24": [{"none": [in_list(i)]} for i in range(100)],
    "59 wide": [{"any": [make_leaf(f"attributes.f{i}", "is", 1) for i in range(59)]}],
    "59 deep": [{"all": [make_leaf(f"attributes.f{i}", "is_not", 1) for i in range(59)]}],
    "300 patterns": [make_leaf("text", "matches", f"^a{i}") for i in range(300)],
}
SHAPE_FACTS: list[dict[str, Any]] = [
    {"event_type": "c1", "count": 1000, "text": "a1"},
    {"event_type": "c999"},
    {"count": 5, "attributes": {"f3": 1}},
    {"attributes": {f"f{i}": 1 for i in range(400)}},
    {},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_that_break_durable_rules_on_its_own(matcher: Matcher, shape: str) -> None:
    assert_same_verdicts(matcher, shape, SHAPES[shape], SHAPE_FACTS)


def test_a_rule_too_wide_for_any_shard_is_judged_by_the_reference_evaluator() -> None:
    program = compile_rules({"wide": build(SHAPES["59 wide"][0])})

    assert program.leftover == ("wide",)
    assert program.judge_leftover(row_of({"attributes": {"f9": 1}}, program.reads)) == {"wide"}


def test_a_message_never_carries_more_fields_than_durable_rules_takes() -> None:
    program = compile_rules(
        {f"r{i}": build(one) for i, one in enumerate(SHAPES["400 present fields"])}
    )

    assert len(program.shards) > 1
    assert max(len(shard.names) for shard in program.shards) <= NAMES_MAX


def test_a_name_whose_hash_is_taken_is_skipped() -> None:
    hashes = {"f0": 7, "f1": 7, "f2": 8}
    names = Names(lambda name: hashes.get(name, 0))

    assert [names.take("f"), names.take("f")] == ["f0", "f2"]


def test_a_name_never_hashes_like_a_reserved_one() -> None:
    hashes = {"sid": 1, "f0": 1, "f1": 2}
    names = Names(lambda name: hashes.get(name, 0))

    assert names.take("f") == "f1"


def test_the_same_conditions_give_the_same_program() -> None:
    nodes = {f"r{i}": build(one) for i, one in enumerate(SHAPES["100 lists of 24"])}

    assert compile_rules(nodes) == compile_rules(dict(reversed(nodes.items())))
