"""A table's form: what is saved is what the grid shows, and any posted names are harmless."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.tables.grid import document_of, grid_of, new_grid, read_grid
from designer.tables.operations import operate, paste
from runtime.rules.tables.model import check_table
from tests.factories.tables import make_row, make_table_document
from tests.unit.runtime.rules.tables.strategies import tables

_names = st.lists(
    st.sampled_from(["rows", "inputs", "outputs", "when", "then", "0", "1", "-1", "x", "999999"]),
    max_size=5,
).map(lambda parts: "/" + "/".join(parts))
_operations = st.from_regex(r"(add|copy|del|back|on|x):(rows|inputs|outputs|y):[0-9]{1,2}")


@given(tables(("first", "priority", "unique", "any", "collect")))
def test_a_table_comes_back_from_its_grid_as_it_was(document: dict[str, Any]) -> None:
    assert document_of(grid_of(document)) == document


@given(st.lists(st.tuples(_names, st.text(max_size=5)), max_size=20))
def test_any_posted_names_make_a_grid(items: list[tuple[str, str]]) -> None:
    grid = read_grid(items)

    assert all(len(row.when) == len(grid.inputs) for row in grid.rows)
    assert check_table(document_of(grid)) != []


@given(st.lists(_operations, max_size=10))
def test_after_any_buttons_each_row_has_a_cell_for_each_column(operations: list[str]) -> None:
    grid = new_grid()

    for one in operations:
        operate(grid, one)

    assert grid.rows
    assert all(len(row.when) == len(grid.inputs) for row in grid.rows)
    assert all(len(row.then) == len(grid.outputs) for row in grid.rows)


def test_a_column_that_moves_takes_its_cells_along() -> None:
    grid = grid_of(make_table_document())

    operate(grid, "on:inputs:0")

    assert [head.name for head in grid.inputs] == ["attributes.load", "perceived_severity"]
    assert grid.rows[0].when == ["[90..100]", ">= major"]


@pytest.mark.parametrize(
    ("at", "text", "rows"),
    [
        pytest.param("/rows/1/when/1", "x", [["-", "-"], ["-", "x"]], id="one cell"),
        pytest.param("/rows/0/when/1", "a\tb\tc\td", [["-", "a"], ["-", "-"]], id="too wide"),
        pytest.param(
            "/rows/1/when/0", "a\nb\n", [["-", "-"], ["a", "-"], ["b", "-"]], id="rows are added"
        ),
        pytest.param("/rows/9/when/0", "a", [["-", "-"], ["-", "-"]], id="no such row"),
        pytest.param("/name", "a", [["-", "-"], ["-", "-"]], id="no cell"),
    ],
)
def test_pasted_text_lands_from_the_cell_on(at: str, text: str, rows: list[list[str]]) -> None:
    grid = grid_of(make_table_document(rows=[make_row(["-", "-"], ["", ""])] * 2))

    paste(grid, at, text)

    assert [row.when for row in grid.rows] == rows
