"""Whole numbers are read from whatever is typed, and nothing that is typed fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.numbers import EXACT_MOST, rounding_problems, whole_number


@given(st.text() | st.integers().map(str))
def test_any_text_is_a_number_within_bounds_or_none(text: str) -> None:
    found = whole_number(text, most=100)

    assert found is None or (0 <= found <= 100 and int(text) == found)


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "+1", " 1", "1.0", "1_0", "101", "9" * 5_000])
def test_what_is_no_whole_number_within_bounds(text: str) -> None:
    assert whole_number(text, most=100) is None


def test_the_bounds_are_within() -> None:
    assert (whole_number("0", most=100), whole_number("100", most=100)) == (0, 100)


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        pytest.param({"n": EXACT_MOST, "m": [-EXACT_MOST]}, [], id="as far as a browser counts"),
        pytest.param({"n": EXACT_MOST + 1}, ["/n"], id="one more"),
        pytest.param({"a": [{"n": -(10**30)}, 10**20]}, ["/a/1", "/a/0/n"], id="deep inside"),
        pytest.param({"n": "9" * 20, "m": 1e300}, [], id="a text and a fraction stay as they are"),
    ],
)
def test_whole_numbers_that_a_browser_rounds_are_found(value: Any, pointers: list[str]) -> None:
    found = rounding_problems(value)

    assert [one.pointer for one in found] == pointers
    assert all("write it as text" in one.message for one in found)
