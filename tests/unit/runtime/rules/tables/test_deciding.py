"""Hit policies, and that durable_rules and the reference evaluator see the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.rules.matcher import Matcher
from runtime.rules.plan import compile_rules
from runtime.rules.reference import row_of
from runtime.rules.tables.deciding import actions_of, decide, matching_rows, named_values, values_of
from runtime.rules.tables.judging import decided, idle_rule, row_keys, rows_by_key, table_sentences
from runtime.rules.tables.model import parse_table
from tests.factories.tables import make_plain_table, make_row, make_table
from tests.support.size import examples
from tests.unit.runtime.rules.tables.strategies import alarms, tables

ROWS = [("> 1", "b"), ("> 2", "a"), ("> 3", "c"), ("> 90", "a")]
EVENTS = ["raised", "changed", "cleared"]


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher(sets_max=4, loads_max=100) as made:
        yield made


@given(
    documents=st.lists(tables(), min_size=1, max_size=4),
    facts=st.lists(alarms(EVENTS), min_size=1, max_size=8),
)
@settings(
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_matcher_finds_the_rows_of_the_reference_evaluator(
    matcher: Matcher, documents: list[dict[str, Any]], facts: list[dict[str, Any]]
) -> None:
    found = {f"table{i}": parse_table(one) for i, one in enumerate(documents)}
    conditions = [row_keys(key, table) for key, table in found.items()]
    program = compile_rules({key: node for one in conditions for key, node in one.items()})
    starts = matcher.starts

    verdicts = matcher.match(str(uuid4()), program, [row_of(one, program.reads) for one in facts])

    for one, keys in zip(facts, verdicts, strict=True):
        rows = rows_by_key(keys)
        for key, table in found.items():
            expected = matching_rows(table, values_of(table.inputs, one))
            assert tuple(sorted(rows.get(key, ()))) == expected
    assert matcher.starts <= starts + 1  # nothing crashed on the way; a recycled child is fine


@pytest.mark.parametrize(
    ("hit", "rows"),
    [
        pytest.param("first", (0,), id="first is the topmost"),
        pytest.param("priority", (1,), id="priority goes by the order, then by the row"),
        pytest.param("collect", (0, 1, 2, 3), id="collect takes all, in order"),
    ],
)
def test_a_hit_policy_chooses(hit: str, rows: tuple[int, ...]) -> None:
    outputs = [{"to": "value", "name": "word", "order": ["a", "b", "c"]}]
    table = make_table(
        hit=hit,
        inputs=[{"field": "attributes.load", "kind": "number"}],
        outputs=outputs,
        rows=[make_row([when], [then]) for when, then in ROWS],
    )

    decision = decide(table, matching_rows(table, (99.0,)))

    assert decision is not None
    assert decision.rows == rows


def test_no_row_is_no_decision() -> None:
    table = make_plain_table(ROWS)

    assert decide(table, matching_rows(table, (1.0,))) is None


@pytest.mark.parametrize(
    ("aggregate", "value"),
    [("sum", 8.0), ("min", 1.0), ("max", 5.0), ("count", 3.0), (None, [1.0, 5.0, 2.0])],
)
def test_collect_makes_one_number_of_several(aggregate: str | None, value: Any) -> None:
    table = make_table(
        hit="collect",
        inputs=[{"field": "attributes.load", "kind": "number"}],
        outputs=[{"to": "value", "name": "score", "kind": "number"}, {"to": "do"}],
        rows=[
            make_row(["-"], ["1", "acknowledge"]),
            make_row(["> 3"], ["5", ""]),
            make_row(["-"], ["2", ""]),
            make_row(["-"], ["", ""]),
        ],
        **({"aggregate": aggregate} if aggregate else {}),
    )
    decision = decide(table, matching_rows(table, (4.0,)))

    assert decision is not None
    assert named_values(table, decision) == {"score": value}
    assert [one.do for one in actions_of(table, decision)] == ["acknowledge"]


def test_priority_between_severities_needs_no_order() -> None:
    table = make_table(
        hit="priority",
        outputs=[{"to": "set", "name": "perceived_severity"}],
        rows=[make_row(["-", "-"], ["minor"]), make_row(["-", "-"], ["critical"])],
    )

    assert decide(table, (0, 1)) == decide(table, (1,))


def test_a_row_acts_as_ordinary_actions() -> None:
    table = make_table(
        outputs=[
            {"to": "start"},
            {"to": "set", "name": "perceived_severity"},
            {"to": "do"},
            {"to": "set", "name": "attributes.score", "kind": "number"},
        ],
        rows=[make_row(["-", "-"], ["ticket", "minor", "suppress: planned", "5"])],
    )
    rule, _ = decided(table, idle_rule(table), [0])

    assert [(one.do, one.fields, one.reason, one.flow) for one in rule.then] == [
        ("set", {"perceived_severity": "minor", "attributes.score": 5.0}, None, None),
        ("suppress", None, "planned", None),
        ("start", None, None, "ticket"),
    ]


def test_why_names_the_row_and_the_others_that_matched() -> None:
    table = make_plain_table(ROWS)

    _, told = decided(table, idle_rule(table), [2, 0])

    assert table_sentences(told) == [
        "row 1 is the first of the rows 1, 3 that match",
        "it says word: b",
    ]
