"""What a table document may be, and what is said where it is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.rules.tables._schema import ROWS_MAX
from runtime.rules.tables.model import check_table, parse_table
from tests.factories.tables import make_row, make_table_document
from tests.unit.runtime.rules.tables.strategies import tables

ONE_INPUT = [{"field": "perceived_severity"}]


@given(tables(("first", "priority", "unique", "any", "collect")))
def test_a_good_table_has_no_problem(document: dict[str, Any]) -> None:
    assert check_table(document) == []


_json = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
)


@given(_json)
def test_rubbish_is_refused_with_problems(document: Any) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_table(document)

    assert refused.value.problems


@pytest.mark.parametrize(
    ("changes", "pointer", "word"),
    [
        pytest.param(
            {"rows": [make_row(["majr", "-"], ["", ""])]},
            "/rows/0/when/0",
            "row 1, Severity: majr is no severity",
            id="a cell is named by row and column",
        ),
        pytest.param(
            {"rows": [make_row(["-", "-"], ["", "delete"])]},
            "/rows/0/then/1",
            "row 1, Do: delete is no action",
            id="an unknown action",
        ),
        pytest.param(
            {"rows": [make_row(["-"], ["", ""])]}, "/rows/0/when", "1 of 2 cells", id="a short row"
        ),
        pytest.param(
            {"inputs": ONE_INPUT * 2}, "/inputs/1/field", "asked for twice", id="a field twice"
        ),
        pytest.param(
            {"inputs": [{"field": "colour"}, *ONE_INPUT]},
            "/inputs/0/field",
            "colour is not a field",
            id="an unknown field",
        ),
        pytest.param(
            {"outputs": [{"to": "set", "name": "managed_object"}, {"to": "do"}]},
            "/outputs/0/name",
            "cannot be set",
            id="a field that stays",
        ),
        pytest.param({"hit": "priority"}, "/hit", "needs an order", id="priority without an order"),
        pytest.param(
            {"aggregate": "sum"}, "/aggregate", "goes with collect", id="sum without collect"
        ),
        pytest.param(
            {"hit": "collect", "aggregate": "sum"}, "/aggregate", "numbers", id="sum of texts"
        ),
        pytest.param(
            {"outputs": [{"to": "start"}, {"to": "do"}]},
            "/rows/0/then/0",
            "flow core does not exist",
            id="an unknown workflow",
        ),
        pytest.param(
            {"rows": [make_row(["-", "-"], ["{colour}", ""])]},
            "/rows/0/then/0",
            "{colour} is not a field",
            id="an unknown placeholder",
        ),
        pytest.param(
            {"rows": [make_row(["-", "-"], ["", ""])] * (ROWS_MAX + 1)}, "/rows", "300", id="rows"
        ),
    ],
)
def test_a_problem_names_the_cell_and_the_remedy(
    changes: dict[str, Any], pointer: str, word: str
) -> None:
    found = check_table(make_table_document(**changes), flow_slugs=())

    assert [word in one.message for one in found if one.pointer == pointer] == [True]
