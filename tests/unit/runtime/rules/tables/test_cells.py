"""Cells: what people may write in them, and what is said about the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.rules.fields import Kind
from runtime.rules.tables.cell_text import CELL_MAX, CellError, parse_cell, write_cell
from runtime.rules.tables.cells import Cell, cell_holds
from tests.unit.runtime.rules.tables.strategies import cells

KINDS = st.sampled_from([Kind.TEXT, Kind.NUMBER, Kind.TRUTH, Kind.SEVERITY, Kind.TEXTS])
kinds_and_cells = KINDS.flatmap(lambda kind: st.tuples(st.just(kind), cells(kind)))


@given(kinds_and_cells)
def test_a_cell_that_is_written_is_read_as_the_same(drawn: tuple[Kind, Cell]) -> None:
    kind, cell = drawn

    assert parse_cell(write_cell(cell), kind) == cell


@given(KINDS, st.text(alphabet='not()[].,<>="-\\ 15amjorlscien', max_size=20) | st.text())
def test_any_text_is_a_cell_or_a_problem_with_a_remedy(kind: Kind, text: str) -> None:
    problem = None
    try:
        cell = parse_cell(text, kind)
    except CellError as error:
        problem, cell = str(error), Cell()

    assert problem is None or any(word in problem for word in (":", "true or false"))
    assert parse_cell(write_cell(cell), kind) == cell


@pytest.mark.parametrize(
    ("text", "kind", "taken", "refused"),
    [
        pytest.param("-", Kind.NUMBER, [5.0, None], [], id="any, a missing value too"),
        pytest.param("", Kind.TEXT, ["a", None], [], id="empty is any"),
        pytest.param("5, 7", Kind.NUMBER, [5.0, 7.0], [6.0, None], id="a list"),
        pytest.param("[5..7)", Kind.NUMBER, [5.0, 6.9], [4.9, 7.0], id="half-open interval"),
        pytest.param("]5..7[", Kind.NUMBER, [5.1], [5.0, 7.0], id="open, FEEL's other way"),
        pytest.param(">= major", Kind.SEVERITY, ["critical"], ["minor"], id="severity by rank"),
        pytest.param("[warning..minor]", Kind.SEVERITY, ["minor"], ["major"], id="severities"),
        pytest.param("not(5, > 90)", Kind.NUMBER, [6.0, None], [5.0, 91.0], id="none of a list"),
        pytest.param("contains LOS", Kind.TEXT, ["a los b"], ["lo", None], id="whatever the case"),
        pytest.param("starts with ge-", Kind.TEXT, ["GE-1"], ["xge-1"], id="the beginning"),
        pytest.param('ends with "a,b"', Kind.TEXT, ["xa,b"], ["a,bx"], id="a comma in quotes"),
        pytest.param("Los", Kind.TEXT, ["Los"], ["los"], id="a whole text is exact"),
        pytest.param("missing, 5", Kind.NUMBER, [None, 5.0], [6.0], id="no value is a value"),
        pytest.param('"missing"', Kind.TEXT, ["missing"], [None], id="the word in quotes"),
        pytest.param("contains vpn", Kind.TEXTS, [("a", "VPN 7")], [("a",)], id="one of a list"),
    ],
)  # fmt: skip
def test_a_cell_takes(text: str, kind: Kind, taken: list[object], refused: list[object]) -> None:
    cell = parse_cell(text, kind)

    assert all(cell_holds(cell, value) for value in taken)  # type: ignore[arg-type]
    assert not any(cell_holds(cell, value) for value in refused)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        pytest.param("majr", Kind.SEVERITY, "use one of cleared", id="an unknown severity"),
        pytest.param("[7..5]", Kind.NUMBER, "smaller value first", id="an interval the wrong way"),
        pytest.param("many", Kind.NUMBER, "write it like 90", id="a word among numbers"),
        pytest.param('"open', Kind.TEXT, "quotation mark is not closed", id="an open quote"),
        pytest.param("a,,b", Kind.TEXT, "between commas", id="nothing between commas"),
        pytest.param("< a", Kind.TEXT, "needs a number or a severity", id="an order of texts"),
        pytest.param("not()", Kind.TEXT, "missing between", id="not of nothing"),
        pytest.param("maybe", Kind.TRUTH, "true or false", id="neither true nor false"),
        pytest.param("vpn", Kind.TEXTS, "contains vpn", id="a list compared with a text"),
        pytest.param("x" * (CELL_MAX + 1), Kind.TEXT, "several rows", id="too long"),
        pytest.param(", ".join("a" * 25), Kind.TEXT, "several rows", id="too many values"),
    ],
)
def test_a_refused_cell_says_what_to_do(text: str, kind: Kind, word: str) -> None:
    with pytest.raises(CellError, match=word):
        parse_cell(text, kind)
