"""Which version comes next, and what a trial's difference is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.authoring.comparing import grown
from blocks.authoring.trying import differences_of
from blocks.compatibility import Bump, is_enough

VERSIONS = st.tuples(*(st.integers(0, 50) for _ in range(3))).map(
    lambda parts: ".".join(str(part) for part in parts)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(VERSIONS, st.sampled_from(Bump))
def test_the_next_version_is_enough(version: str, bump: Bump) -> None:
    assert is_enough(version, grown(version, bump), bump)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert list(differences_of("output", value, json.loads(json.dumps(value)))) == []


@given(JSON, JSON)
def test_values_that_differ_are_told_in_at_least_one_place(one: Any, other: Any) -> None:
    assert bool(list(differences_of("output", one, other))) == (one != other)


@pytest.mark.parametrize(
    ("expected", "came", "where"),
    [
        pytest.param({"a": 1}, {"a": 1, "b": 2}, ["output /b"], id="more came"),
        pytest.param({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["output /a/b/1"], id="deep"),
        pytest.param([1], [1, 2], ["output"], id="a list of another length"),
        pytest.param({"a/b": 1}, {"a/b": 2}, ["output /a~1b"], id="a slash in a name"),
        pytest.param(1, "1", ["output"], id="another kind"),
    ],
)
def test_a_difference_is_told_by_its_place(expected: Any, came: Any, where: list[str]) -> None:
    assert [one.where for one in differences_of("output", expected, came)] == where
