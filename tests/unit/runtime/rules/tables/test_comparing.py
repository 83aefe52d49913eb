"""Two documents of a table are compared in the words of the grid."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.rules.tables.comparing import compare_tables
from tests.factories.tables import make_row, make_table_document
from tests.unit.runtime.rules.tables.strategies import tables

FIRST, SECOND = make_table_document()["rows"]
FIRST_WORDS = "Severity >= major, Load [90..100]: Set team core"
SECOND_WORDS = "Severity minor, warning: Do acknowledge"


@pytest.mark.parametrize(
    ("changes", "title", "lines"),
    [
        pytest.param(
            {"hit": "unique"},
            "Hit policy",
            ["-The first row that matches, from the top", "+Only one row can match"],
            id="hit policy",
        ),
        pytest.param({"notes": "ask Berta"}, "Notes", ["+ask Berta"], id="a note that is new"),
        pytest.param(
            {"rows": [FIRST]}, "Rows", [f"-row 2: {SECOND_WORDS}"], id="a row that is gone"
        ),
        pytest.param(
            {"rows": [SECOND, FIRST]},
            "Rows",
            [f"+row 1: {SECOND_WORDS}", f"-row 2: {SECOND_WORDS}"],
            id="a row that was moved",
        ),
        pytest.param(
            {"rows": [FIRST, make_row(["-", ""], ["", ""])]},
            "Rows",
            [f"-row 2: {SECOND_WORDS}", "+row 2: any: nothing"],
            id="a row that takes everything",
        ),
        pytest.param(
            {"outputs": [{"to": "set", "name": "attributes.crew"}, {"to": "do"}]},
            "Output columns",
            [
                "-column 1: Set team (set attributes.team, text)",
                "+column 1: Set crew (set attributes.crew, text)",
            ],
            id="a column",
        ),
    ],
)
def test_says_what_changed(changes: dict[str, Any], title: str, lines: list[str]) -> None:
    found = compare_tables(make_table_document(), make_table_document(**changes))

    assert (found[0].title, list(found[0].lines)) == (title, lines)


@given(tables(("first", "priority", "collect")))
def test_a_table_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert compare_tables(document, document) == []


@given(tables(), st.integers(0, 4))
def test_a_row_that_was_put_in_is_told_with_its_number(document: dict[str, Any], at: int) -> None:
    at = min(at, len(document["rows"]))
    new = {"when": ["-"] * len(document["inputs"]), "then": ["3"], "note": "a note of its own"}
    rows = [*document["rows"][:at], new, *document["rows"][at:]]

    (change,) = compare_tables(document, {**document, "rows": rows})

    assert change.lines == (f"+row {at + 1}: any: score 3 (a note of its own)",)
