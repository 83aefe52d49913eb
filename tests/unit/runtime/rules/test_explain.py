"""Why a rule fired is told in sentences a person reads."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.rules.conditions import build, reads_of
from runtime.rules.explain import deciding, sentences
from runtime.rules.reference import row_of, trace
from runtime.rules.words import OPERATOR_WORDS, OPPOSITE_WORDS
from tests.factories.rules import make_leaf

FACTS = {"perceived_severity": "critical", "text": "los", "count": 3}


def why(document: dict[str, Any]) -> dict[str, Any]:
    node = build(document)
    return {"when": trace(node, FACTS, row_of(FACTS, reads_of(node)))}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            make_leaf("text", "in", ["los", "lof"]),
            ["text is one of los, lof: it was los"],
            id="list of texts",
        ),
        pytest.param(
            make_leaf("attributes.n", "not_in", [1, 2]),
            ["n is none of 1, 2: it was not there"],
            id="list of numbers",
        ),
        pytest.param(make_leaf("text", "exists"), ["text is there"], id="no value"),
        pytest.param(
            {"any": [make_leaf("text", "is", "los"), make_leaf("text", "is", "fan")]},
            ["text is los"],
            id="only what held",
        ),
        pytest.param(
            {"none": [make_leaf("text", "is", "fan")]},
            ["text is not fan: it was los"],
            id="what did not hold under none",
        ),
    ],
)
def test_names_the_conditions_that_decided(document: dict[str, Any], expected: list[str]) -> None:
    assert sentences(why(document)) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {"all": [make_leaf("text", "is", "los"), make_leaf("text", "contains", "fan")]},
            ["text does not contain fan: it was los"],
            id="all: what did not hold",
        ),
        pytest.param(
            {"any": [make_leaf("text", "is", "fan"), make_leaf("attributes.n", "more_than", 1)]},
            ["text is not fan: it was los", "n is not more than 1: it was not there"],
            id="any: none of them held",
        ),
        pytest.param(
            {"none": [make_leaf("text", "is", "fan"), make_leaf("text", "exists")]},
            ["text is there"],
            id="none: what held",
        ),
        pytest.param(
            {"none": [{"all": [make_leaf("text", "is", "los"), make_leaf("text", "exists")]}]},
            ["text is los", "text is there"],
            id="a group that held under none",
        ),
    ],
)
def test_names_the_conditions_that_kept_a_rule_from_firing(
    document: dict[str, Any], expected: list[str]
) -> None:
    trace_of = why(document)["when"]

    assert not trace_of["held"]
    assert list(deciding(trace_of)) == expected


@pytest.mark.parametrize("op", sorted(OPERATOR_WORDS))
def test_every_operator_has_words_for_when_it_does_not_hold(op: str) -> None:
    assert OPPOSITE_WORDS[op] != OPERATOR_WORDS[op]


def test_tells_the_count() -> None:
    count = {"seen": 4, "at_least": 3, "within_s": 60, "group_by": ["attributes.site"]}

    found = sentences({**why({"all": [make_leaf("text", "exists")]}), "count": count})

    assert found[-1] == (
        "4 such alarms with the same attributes.site came within 60 seconds, and 3 are enough"
    )


def test_a_rule_without_conditions_takes_every_alarm() -> None:
    when = {"gate": "all", "held": True, "members": []}

    assert sentences({"when": when}) == ["the rule takes every alarm"]
