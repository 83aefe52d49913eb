"""What is wrong with a rule is told at its field, with the remedy, whatever was sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.rules.model import check_rule, parse_rule
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document

START = {"do": "start", "flow": "gone"}


def nested(depth: int) -> dict[str, Any]:
    node = make_leaf("text", "exists")
    for _ in range(depth):
        node = {"all": [node]}
    return node


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_a_good_rule_has_no_problems() -> None:
    assert check_rule(make_rule_document(), flow_slugs=[]) == []


@pytest.mark.parametrize(
    ("changes", "pointer", "remedy"),
    [
        pytest.param(
            {"when": make_leaf("severety", "is", "x")}, "/when/field", "severety", id="field"
        ),
        pytest.param(
            {"when": make_leaf("text", "at_least", "x")},
            "/when/op",
            "does not go with",
            id="operator",
        ),
        pytest.param(
            {"when": {"any": [make_leaf("perceived_severity", "is", "awful")]}},
            "/when/any/0/value",
            "critical",
            id="value",
        ),
        pytest.param({"when": nested(7)}, "/when", "flatten", id="too deep"),
        pytest.param(
            {"when": {"any": [{"any": [make_leaf("text", "exists")] * 40}] * 2}},
            "/when",
            "at most 60",
            id="too many conditions",
        ),
        pytest.param(
            {"pattern": make_count_pattern(2, 60, "plaice")},
            "/pattern/group_by/0",
            "attributes.<name>",
            id="group",
        ),
        pytest.param({"then": [START]}, "/then/0/flow", "choose one", id="workflow"),
        pytest.param(
            {"then": [{"do": "set", "fields": {"text": "at {plaice}"}}]},
            "/then/0/fields/text",
            "{managed_object}",
            id="placeholder",
        ),
        pytest.param({"cooldown_s": -1}, "/cooldown_s", "", id="schema"),
        pytest.param({"name": ""}, "/name", "give the rule a name", id="no name"),
        pytest.param({"name": " "}, "/name", "give the rule a name", id="a blank name"),
    ],
)
def test_a_problem_names_the_field_and_the_remedy(
    changes: dict[str, Any], pointer: str, remedy: str
) -> None:
    (problem,) = check_rule(make_rule_document(**changes), flow_slugs=["there"])

    assert problem.pointer == pointer
    assert remedy in problem.message


def test_workflows_are_not_checked_where_none_are_given() -> None:
    assert check_rule(make_rule_document(then=[START])) == []


def test_a_bad_rule_cannot_be_parsed() -> None:
    with pytest.raises(InvalidError) as caught:
        parse_rule({"rule": 1, "name": "x"})

    assert caught.value.problems


@given(document=json_values)
@settings(max_examples=60)
def test_rubbish_is_a_problem_and_never_raises(document: Any) -> None:
    assert check_rule(document, flow_slugs=[])


@given(
    key=st.sampled_from(["name", "on", "when", "pattern", "then", "priority"]), value=json_values
)
@settings(max_examples=100)
def test_rubbish_in_a_good_rule_never_raises(key: str, value: Any) -> None:
    check_rule(make_rule_document(**{key: value}), flow_slugs=[])


@given(
    leaf=st.fixed_dictionaries({}, optional={"value": json_values}),
    op=st.sampled_from(["is", "in", "at_least", "contains", "matches", "exists"]),
    field=st.sampled_from(["text", "count", "perceived_severity", "attributes.x"]),
)
@settings(max_examples=150)
def test_a_rubbish_value_never_raises(leaf: dict[str, Any], op: str, field: str) -> None:
    check_rule(make_rule_document(when={"field": field, "op": op, **leaf}))
