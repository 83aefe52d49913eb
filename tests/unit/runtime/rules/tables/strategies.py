"""Hypothesis strategies: cells and tables of every shape, and alarms that nearly meet them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from runtime.rules.conditions import Op
from runtime.rules.fields import SEVERITIES, Kind, read_as
from runtime.rules.tables.cell_text import write_cell
from runtime.rules.tables.cells import (
    Between,
    Cell,
    Compared,
    Equals,
    Missing,
    Test,
    Textual,
    rank,
)

NUMBERS = [-5.0, 0.0, 1.0, 2.5, 3.0, 90.0, 1e-9, 3e12]
WORDS = ["los", "LOS on port", "port", "ge-0/0", "a", "ab", "missing", "not(a)", '"', "5", "a,b"]
COLUMNS = {
    "perceived_severity": Kind.SEVERITY,
    "attributes.load": Kind.NUMBER,
    "count": Kind.NUMBER,
    "attributes.on": Kind.TRUTH,
    "text": Kind.TEXT,
    "ack_state": Kind.TEXT,
    "affected_services": Kind.TEXTS,
}

any_text = st.text(min_size=1, max_size=12).map(lambda one: str(read_as(one, Kind.TEXT)))
_words = st.sampled_from(WORDS) | any_text
_phrases = st.sampled_from([Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH])
_comparisons = st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN])


def _between(low: Any, high: Any, begins: bool, ends: bool) -> Between:
    low, high = sorted((low, high), key=rank)
    return Between(low, high, with_low=begins, with_high=ends)


def _ordered(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Test]:
    bounds = st.builds(_between, values, values, st.booleans(), st.booleans())
    return st.builds(Compared, _comparisons, values) | bounds


def tests_of(kind: Kind) -> st.SearchStrategy[Test]:
    """Draw one test of a kind."""
    missing = st.just(Missing())
    if kind is Kind.NUMBER:
        values = st.sampled_from(NUMBERS)
        return missing | st.builds(Equals, values) | _ordered(values)
    if kind is Kind.SEVERITY:
        names = st.sampled_from(SEVERITIES)
        return st.builds(Equals, names) | _ordered(names)
    if kind is Kind.TRUTH:
        return missing | st.builds(Equals, st.booleans())
    if kind is Kind.TEXTS:
        return missing | st.builds(Textual, st.just(Op.CONTAINS), _words)
    return missing | st.builds(Equals, _words) | st.builds(Textual, _phrases, _words)


def cells(kind: Kind) -> st.SearchStrategy[Cell]:
    """Draw a cell of a kind; `-` often, as in real tables."""
    tests = st.lists(tests_of(kind), min_size=1, max_size=3).map(tuple)
    return st.just(Cell()) | st.builds(Cell, tests, st.booleans())


@st.composite
def tables(draw: st.DrawFn, hits: tuple[str, ...] = ("first",)) -> dict[str, Any]:
    """Draw a table document of up to three inputs and five rows."""
    fields = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3, unique=True))
    rows = [
        {
            "when": [write_cell(draw(cells(COLUMNS[field]))) for field in fields],
            "then": [draw(st.sampled_from(["1", "2", "3", ""]))],
        }
        for _ in range(draw(st.integers(1, 5)))
    ]
    hit = draw(st.sampled_from(hits))
    output = {"to": "value", "name": "score", "kind": "number", "order": ["3", "1", "2"]}
    kinds = {field: COLUMNS[field].value for field in fields if field.startswith("attributes.")}
    return {
        "table": 1,
        "name": "Drawn",
        "hit": hit,
        "on": draw(st.sampled_from([["raised"], ["raised", "changed", "cleared"], ["cleared"]])),
        "inputs": [
            {"field": one, "kind": kinds[one]} if one in kinds else {"field": one} for one in fields
        ],
        "outputs": [output if hit == "priority" else {**output, "order": ["1", "2", "3"]}],
        "rows": rows,
    }


@st.composite
def alarms(draw: st.DrawFn, on: list[str]) -> dict[str, Any]:
    """Draw an alarm's document as the events in `on` can bring it."""
    severities = [
        one for one in SEVERITIES if ("cleared" in on if one == "cleared" else on != ["cleared"])
    ]
    near = [one + step for one in NUMBERS for step in (-1.0, 0.0, 0.5, 1.0)]
    texts = st.lists(_words, max_size=3)
    attributes = {
        "load": st.sampled_from([*near, "3", "many", True]),
        "on": st.sampled_from([True, False, "true", "perhaps"]),
    }
    return {
        "perceived_severity": draw(st.sampled_from(severities)),
        "count": draw(st.integers(1, 100)),
        "text": draw(texts.map(" ".join) | texts.map("".join)),
        "ack_state": draw(st.sampled_from(["acknowledged", "unacknowledged"])),
        "affected_services": draw(texts),
        "attributes": draw(st.fixed_dictionaries({}, optional=attributes)),
    }
