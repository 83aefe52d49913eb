"""What the address of a run's page asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.runs.asked import NUMBER_MAX, Asked, read_asked
from runtime.runs.page import crumbs_of


def test_nothing_asked_shows_the_whole_run() -> None:
    assert read_asked({}) == Asked()


def test_everything_asked_is_read() -> None:
    args = {
        "step": "each[3].call",
        "attempt": "2",
        "in": "each[3]",
        "only": "failed",
        "first": "100",
        "show": "start",
        "level": "warning",
    }

    assert read_asked(args) == Asked(
        step="each[3].call",
        attempt=2,
        inside="each[3]",
        only="failed",
        first=100,
        start=True,
        level="warning",
    )


@pytest.mark.parametrize("scope", ["each", "each[0]", "a[1].b", "a[1].b[22]", "a-b_c[1]"])
def test_loops_and_rounds_are_scopes(scope: str) -> None:
    assert read_asked({"in": scope}).inside == scope


@pytest.mark.parametrize("text", ["]", "a]", "a[b]", "a[1].", "a[1]b", ".a", "a.b", "a[-1]", "\0"])
def test_anything_else_is_none(text: str) -> None:
    assert read_asked({"in": text}).inside == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("", None), ("two", None), ("-1", None), ("²", None), ("9" * 40, NUMBER_MAX)],
)
def test_numbers_stay_within_what_a_database_holds(text: str, number: int | None) -> None:
    assert read_asked({"attempt": text}).attempt == number


@given(st.text("ab[].01\0", max_size=20))
def test_there_is_a_way_to_whatever_scope_is_read(text: str) -> None:
    scope = read_asked({"in": text}).inside

    found = crumbs_of(scope, {})

    assert (found[-1][0] if found else "") == scope
