"""Gaps, overlaps and rows that never count: exact, told in words, and bounded."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.rules.tables.analysis import analyse, blocking
from runtime.rules.tables.boxes import meet
from runtime.rules.tables.cells import cell_holds
from runtime.rules.tables.deciding import decide, matching_rows, values_of
from runtime.rules.tables.gap_words import gap_row, gap_words
from runtime.rules.tables.model import parse_table
from tests.factories.tables import make_plain_table, make_row, make_table, make_table_document
from tests.support.size import examples
from tests.unit.runtime.rules.tables.strategies import alarms, tables

POLICIES = ("first", "priority", "unique", "any", "collect")
drawn_alarms = tables(POLICIES).flatmap(
    lambda document: st.tuples(
        st.just(document), st.lists(alarms(document["on"]), min_size=1, max_size=10)
    )
)


def positions(partitions: Any, values: Any, document: dict[str, Any]) -> tuple[int, ...]:
    """Find each value's atom: the one that every cell of the column takes or leaves like it."""
    table = parse_table(document)
    found = []
    for index, parted in enumerate(partitions):
        cells = [row.when[index] for row in table.rows]
        wanted = [cell_holds(cell, values[index]) for cell in cells]
        [*fitting] = [
            number
            for number, atom in enumerate(parted.atoms)
            if [cell_holds(cell, atom.value) for cell in cells] == wanted
        ]
        assert fitting, (values[index], parted)
        found.append(sum(1 << number for number in fitting))
    return tuple(found)


@given(drawn_alarms)
@settings(max_examples=examples(60))
def test_every_alarm_lies_in_a_gap_or_in_a_row(drawn: tuple[dict[str, Any], list[Any]]) -> None:
    document, facts = drawn
    table = parse_table(document)
    findings = analyse(table)

    for one in facts:
        values = values_of(table.inputs, one)
        at = positions(findings.partitions, values, document)
        in_gap = any(meet(gap.box, at) for gap in findings.gaps)
        assert in_gap is (matching_rows(table, values) == ())


@given(tables(POLICIES))
@settings(max_examples=examples(60))
def test_the_findings_are_those_of_trying_every_combination(document: dict[str, Any]) -> None:
    table = parse_table(document)
    findings = analyse(table)
    tried = [
        matching_rows(table, values)
        for values in itertools.product(
            *([atom.value for atom in parted.atoms] for parted in findings.partitions)
        )
    ]
    rows = range(len(table.rows))
    decided = {decision.rows[0] for one in tried if (decision := decide(table, one))}

    assert bool(findings.gaps) is (() in tried)
    assert {one.rows for one in findings.overlaps} == {
        pair for one in tried for pair in itertools.combinations(one, 2)
    }
    assert {row for row, _ in findings.dead} == {r for r in rows if not any(r in o for o in tried)}
    if document["hit"] in ("first", "priority"):
        matched = {row for one in tried for row in one}
        assert set(findings.masked) == matched - decided


@given(tables(POLICIES))
@settings(max_examples=examples(60))
def test_each_example_is_one(document: dict[str, Any]) -> None:
    table = parse_table(document)
    findings = analyse(table)

    for gap in findings.gaps:
        assert matching_rows(table, gap.example) == ()
    for overlap in findings.overlaps:
        assert set(overlap.rows) <= set(matching_rows(table, overlap.example))


@given(tables())
@settings(max_examples=examples(60))
def test_a_row_added_for_each_gap_leaves_none(document: dict[str, Any]) -> None:
    for _ in range(40):
        table = parse_table(document)
        findings = analyse(table)
        if not findings.gaps:
            return
        cells = gap_row(table, findings, findings.gaps[0])
        document = {**document, "rows": [*document["rows"], {"when": cells, "then": ["1"]}]}

    raise AssertionError(document)


def test_a_gap_is_told_in_words_and_offered_as_cells() -> None:
    table = make_table(
        rows=[
            make_row([">= major", "[0..90)"], ["core", ""]),
            make_row(["< major", "-"], ["noc", ""]),
        ]
    )
    findings = analyse(table)

    assert [gap_words(table, findings, gap) for gap in findings.gaps] == [
        "Severity >= major; Load < 0, >= 90, missing"
    ]
    assert gap_row(table, findings, findings.gaps[0]) == [">= major", "< 0, >= 90, missing"]


def test_a_whole_number_has_nothing_between_two_neighbours() -> None:
    table = make_table(
        inputs=[{"field": "count"}],
        rows=[make_row(["[1..5]"], ["a", ""]), make_row([">= 6"], ["b", ""])],
    )

    assert analyse(table).gaps == ()


def test_a_table_of_raised_alarms_needs_no_row_for_cleared_ones() -> None:
    table = make_table(
        inputs=[{"field": "perceived_severity"}],
        rows=[make_row(["[indeterminate..critical]"], ["a", ""])],
    )

    assert analyse(table).gaps == ()
    assert analyse(make_table(on=["cleared"])).gaps != ()


@pytest.mark.parametrize(
    ("hit", "rows", "words"),
    [
        pytest.param("unique", [("< 5", "a"), ("> 3", "b")], ["can both match"], id="overlap"),
        pytest.param("unique", [("< 5", "a"), (">= 5", "b")], [], id="side by side"),
        pytest.param("any", [("< 5", "a"), ("> 3", "b")], ["different things"], id="contradiction"),
        pytest.param("any", [("< 5", "a"), ("> 3", "a")], [], id="the same is said"),
        pytest.param("first", [("-", "a"), ("> 3", "b")], [], id="first may overlap"),
        pytest.param("first", [("(3..3)", "a")], ["row 1 can never match"], id="dead row"),
    ],
)  # fmt: skip
def test_what_keeps_a_table_from_being_published(
    hit: str, rows: list[tuple[str, str]], words: list[str]
) -> None:
    table = make_plain_table(rows, hit=hit)

    found = [problem.message for problem in blocking(table, analyse(table))]

    assert len(found) == len(words)
    assert all(word in message for word, message in zip(words, found, strict=True))


def test_too_many_parts_of_texts_are_said_to_be_too_many() -> None:
    rows = [make_row([f"contains w{number}"], ["a", ""]) for number in range(60)]
    table = make_table(hit="unique", inputs=[{"field": "text"}], rows=rows)
    findings = analyse(table)

    assert "text has too many contains" in findings.limit
    assert [problem.pointer for problem in blocking(table, findings)] == ["/hit"]


def test_the_work_is_bounded_for_a_table_as_large_as_may_be() -> None:
    inputs = [{"field": f"attributes.a{i}", "kind": "number"} for i in range(12)]
    starts = [[(row * 7 + i * 3) % 50 for i in range(12)] for row in range(300)]
    rows = [make_row([f"[{one}..{one + 40}]" for one in row], ["a", ""]) for row in starts]
    table = parse_table(make_table_document(inputs=inputs, rows=rows))
    began = time.monotonic()

    findings = analyse(table)

    assert findings.gaps
    assert time.monotonic() - began < 20
