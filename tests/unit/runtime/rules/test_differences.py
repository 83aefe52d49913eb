"""The matcher and the reference evaluator never differ, whatever rules and alarms are made up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.rules.conditions import Op, operators_of
from runtime.rules.matcher import Matcher
from tests.support.size import examples
from tests.unit.runtime.rules import crowds, strategies
from tests.unit.runtime.rules.test_plan import assert_same_verdicts

CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher(sets_max=4, loads_max=100) as made:
        yield made


@given(
    documents=st.lists(strategies.conditions, min_size=1, max_size=12),
    facts=st.lists(strategies.alarms, min_size=1, max_size=8),
)
@settings(max_examples=examples(150, at_night=30_000), suppress_health_check=CHECKS)
def test_on_conditions_that_nearly_hold(
    matcher: Matcher, documents: list[Any], facts: list[dict[str, Any]]
) -> None:
    assert_same_verdicts(matcher, str(uuid4()), documents, facts)  # a name is one program's


@given(
    documents=st.lists(crowds.conditions, min_size=1, max_size=6),
    facts=st.lists(crowds.alarms, min_size=1, max_size=4),
)
@settings(max_examples=examples(40, at_night=4_000), suppress_health_check=CHECKS)
def test_on_every_field_and_operator_in_deep_trees(
    matcher: Matcher, documents: list[Any], facts: list[dict[str, Any]]
) -> None:
    assert_same_verdicts(matcher, str(uuid4()), documents, facts)


@given(documents=crowds.crowds, facts=st.lists(crowds.in_crowds, min_size=1, max_size=6))
@settings(max_examples=examples(15, at_night=3_000), suppress_health_check=CHECKS)
def test_on_as_many_rules_as_durable_rules_can_bear_and_more(
    matcher: Matcher, documents: list[Any], facts: list[dict[str, Any]]
) -> None:
    assert_same_verdicts(matcher, str(uuid4()), documents, facts)


def test_every_operator_is_made_up() -> None:
    made = {op for field in crowds.FIELDS for op in operators_of(field)}

    assert made == set(Op)
