"""Templates: places are filled from what was said, and nothing runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.sources.templates import parse_template, template_problem


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("{a} of {b}", "1 of 2", id="places"),
        pytest.param("{c|b}", "2", id="the first that is there"),
        pytest.param("{c}", "?", id="none there"),
        pytest.param("{{a}} {a}", "{a} 1", id="braces"),
        pytest.param("{e|a}", "1", id="an empty one is not there"),
        pytest.param("{z}", "0", id="nought is there"),
    ],
)
def test_fills_places(template: str, text: str) -> None:
    assert parse_template(template).fill({"a": 1, "b": 2, "e": "", "z": 0}) == text


@pytest.mark.parametrize("template", ["{", "}", "{a", "a}", "{a b}", "{}", "{a.__class__()}"])
def test_refuses_braces_that_are_no_place(template: str) -> None:
    with pytest.raises(InvalidError, match="brace at character"):
        parse_template(template)


@given(st.text(max_size=100))
def test_any_text_is_a_template_or_a_clear_refusal(text: str) -> None:
    problem = template_problem(text)

    assert problem or parse_template(text).fill({}) is not None
