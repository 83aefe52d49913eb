"""A recorded step set beside what a new version gives: what differs is named, never its value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.shadow.model import (
    Gave,
    Tried,
    Verdict,
    Why,
    added,
    count,
    differing,
    not_comparable,
    reasons_of,
    total_of,
)
from tests.support.size import examples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)
TRIED = st.builds(Tried, verdict=st.sampled_from([Verdict.SAME, Verdict.FAILS])) | st.builds(
    not_comparable, st.sampled_from(list(Why))
)


def gave(output: Any, port: str = "done", **variables: Any) -> Gave:
    return Gave(port=port, output=output, variables=variables)


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        pytest.param(gave({"a": 1}), gave({"a": 1}), (), id="nothing"),
        pytest.param(gave({"a": {"b": 1}}), gave({"a": {"b": 2}}), ("/a/b",), id="a field"),
        pytest.param(gave({"a": 1}), gave({}), ("/a",), id="a field that is gone"),
        pytest.param(gave({"a": [1]}), gave({"a": [1, 2]}), ("/a",), id="a longer list"),
        pytest.param(gave(1), gave(True), ("/",), id="one is not true"),
        pytest.param(gave({}), gave({}, port="missing"), ("port",), id="another port"),
        pytest.param(gave({}, n=1), gave({}, n=2), ("variables/n",), id="a variable"),
        pytest.param(gave({"a/b": 1}), gave({"a/b": 2}), ("/a~1b",), id="a name with a slash"),
    ],
)
def test_it_is_named_where_two_results_differ(
    before: Gave, after: Gave, where: tuple[str, ...]
) -> None:
    assert differing(before, after) == where


@settings(max_examples=examples(100))
@given(JSON, JSON)
def test_nothing_differs_exactly_where_both_are_the_same_and_it_is_the_same_both_ways(
    one: Any, other: Any
) -> None:
    there, back = differing(gave(one), gave(other)), differing(gave(other), gave(one))

    assert differing(gave(one), gave(one)) == ()
    assert sorted(there) == sorted(back) or len(there) == len(back)


@settings(max_examples=examples(50))
@given(st.lists(st.lists(TRIED)))
def test_counts_add_up_however_they_are_parted(parts: list[list[Tried]]) -> None:
    whole = count(one for part in parts for one in part)

    assert added(map(count, parts)) == whole
    assert total_of(whole) == sum(map(len, parts))
    assert sum(number for _, number in reasons_of(whole)) == whole.get("not_comparable", 0)
