"""Addresses that were pasted: nothing is lost, nothing is read twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.invitations.pasted import LINES_MAX, read_lines
from tenancy.people import is_email
from tests.support.size import examples

ROLES = ["viewer", "designer"]


def read(text: str) -> tuple[list[tuple[str, str]], list[int]]:
    """Give the (address, role) of the lines that are right, and the numbers of the others."""
    lines, faults = read_lines(text, role="viewer", roles=ROLES, is_address=is_email)
    return [(one.email, one.role) for one in lines], [one.number for one in faults]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("anna@example.com", ("anna@example.com", "viewer"), id="an address"),
        pytest.param(" ANNA@Example.com ", ("anna@example.com", "viewer"), id="in capitals"),
        pytest.param("anna@example.com,designer", ("anna@example.com", "designer"), id="a role"),
        pytest.param("anna@example.com;Designer", ("anna@example.com", "designer"), id="semicolon"),
        pytest.param("anna@example.com\tdesigner", ("anna@example.com", "designer"), id="a tab"),
        pytest.param(
            '"anna@example.com","designer"', ("anna@example.com", "designer"), id="quoted"
        ),
        pytest.param("Anna, B. <anna@example.com>", ("anna@example.com", "viewer"), id="a name"),
    ],
)
def test_reads_a_line_as_programs_write_it(line: str, expected: tuple[str, str]) -> None:
    assert read(line) == ([expected], [])


@pytest.mark.parametrize("text", ["", " \n\n ", "email,role"])
def test_nothing_pasted_is_a_fault_of_the_whole(text: str) -> None:
    assert read(text) == ([], [0])


def test_too_many_lines_are_a_fault_of_the_whole() -> None:
    text = "\n".join(f"p{one}@example.com" for one in range(LINES_MAX + 1))

    assert read(text) == ([], [0])
    assert len(read(text.partition("\n")[2])[0]) == LINES_MAX


@given(text=st.text(max_size=200))
@settings(max_examples=examples(100))
def test_reads_any_text_without_failing(text: str) -> None:
    lines, faults = read(text)

    assert lines or faults


@given(names=st.lists(st.sampled_from(["a", "b", "c", "x y", ""]), min_size=1, max_size=12))
@settings(max_examples=examples(100))
def test_each_line_that_says_something_is_an_address_or_a_fault(names: list[str]) -> None:
    text = "\n".join(f"{one}@example.com" if one else "" for one in names)
    said = [one for one in names if one]

    lines, faults = read(text)

    assert len(lines) + len([one for one in faults if one]) == len(said)
    assert len(dict(lines)) == len(lines)
