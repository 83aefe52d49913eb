"""Each thing a decision table can say has a row here: what it decides, and what just misses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from runtime.rules._schema import TRANSITIONS
from runtime.rules.judging.ruleset import JudgedRule, judged_rule
from runtime.rules.model import Mode
from runtime.rules.tables._schema import (
    AGGREGATES,
    HIT_POLICIES,
    INPUT_KIND_NAMES,
    OUTPUT_KIND_NAMES,
    TABLE_SCHEMA,
    TARGETS,
)
from runtime.rules.tables.model import check_table
from tests.factories.tables import make_row, make_table_document
from tests.unit.runtime.rules.judged import SPACE, Court, event

LOAD = {"field": "attributes.x", "kind": "number"}
WORD: dict[str, Any] = {"to": "value", "name": "word"}
NUMBER: dict[str, Any] = {"to": "value", "name": "word", "kind": "number"}
ORDERED = WORD | {"order": ["a", "b"]}
NAMED = {"table", "name", "notes", "rows", "inputs", "outputs"}
NOTHING = "nothing"


def table(*rows: tuple[str, str], **changes: Any) -> dict[str, Any]:
    written = [make_row([when], [then]) for when, then in rows]
    return make_table_document(**{"inputs": [LOAD], "outputs": [WORD], "rows": written} | changes)


def collecting(aggregate: str) -> dict[str, Any]:
    rows = (("> 1", "4"), ("> 2", "2"), ("> 3", "9"))
    return table(*rows, hit="collect", aggregate=aggregate, outputs=[NUMBER])


def reading(kind: str, cell: str) -> dict[str, Any]:
    return table((cell, "a"), inputs=[LOAD | {"kind": kind}])


def putting(kind: str, value: str) -> dict[str, Any]:
    return table(("> 1", value), outputs=[WORD | {"kind": kind}])


def doing(value: str, **output: Any) -> dict[str, Any]:
    return table(("> 1", value), outputs=[output])


TWO = (("> 1", "b"), ("> 2", "a"))
# What is said; the table; a value of `x` with what comes of it, and one with what comes of that.
ROWS: list[tuple[str, dict[str, Any], Any, Any, Any, Any]] = [
    ("hit unique", table(("[1..2)", "a"), (">= 2", "b"), hit="unique"), 2, "b", 1.9, "a"),
    ("hit first", table(*TWO, hit="first"), 3, "b", 1, NOTHING),
    ("hit any", table(("> 1", "a"), ("> 2", "a"), hit="any"), 3, "a", 1, NOTHING),
    ("hit priority", table(*TWO, hit="priority", outputs=[ORDERED]), 3, "a", 2, "b"),
    ("hit collect", table(*TWO, hit="collect"), 3, ["b", "a"], 2, ["b"]),
    ("aggregate sum", collecting("sum"), 4, 15.0, 3, 6.0),
    ("aggregate min", collecting("min"), 4, 2.0, 2, 4.0),
    ("aggregate max", collecting("max"), 4, 9.0, 3, 4.0),
    ("aggregate count", collecting("count"), 4, 3.0, 3, 2.0),
    ("input text", reading("text", "los"), "los", "a", "LOS", NOTHING),
    ("input number", reading("number", "(5..7]"), "7", "a", 5, NOTHING),
    ("input truth", reading("truth", "true"), "true", "a", "yes", NOTHING),
    ("output text", putting("text", "5"), 2, "5", 1, NOTHING),
    ("output number", putting("number", "5"), 2, 5.0, 1, NOTHING),
    ("output truth", putting("truth", "true"), 2, True, 1, NOTHING),
    ("to set", doing("core", to="set", name="attributes.team"), 2, "set", 1, NOTHING),
    ("to start", doing("ticket", to="start"), 2, "start", 1, NOTHING),
    ("to do", doing("acknowledge", to="do"), 2, "acknowledge", 1, NOTHING),
    ("to value", doing("a", to="value", name="word"), 2, "a", 1, NOTHING),
]


def judged(document: dict[str, Any], number: int = 0) -> JudgedRule:
    id_ = SPACE if not number else type(SPACE)(int=number)
    return judged_rule(id_, id_, Mode.LIVE, document)


def came(document: dict[str, Any], value: Any) -> Any:
    """Give what a table says of an alarm: its plain value, or else what it does."""
    verdicts = Court([judged(document)]).judge([event(0, 0, attributes={"x": value})])
    if not verdicts:
        return NOTHING
    (verdict,) = verdicts
    values = verdict.judged.values
    return values["word"] if values else verdict.judged.rule.then[0].do


@pytest.mark.parametrize(
    ("document", "hit", "expected", "miss", "otherwise"),
    [pytest.param(*row, id=name) for name, *row in ROWS],
)
def test_a_table_says(
    document: dict[str, Any], hit: Any, expected: Any, miss: Any, otherwise: Any
) -> None:
    assert check_table(document) == []
    assert came(document, hit) == expected
    assert came(document, miss) == otherwise


@pytest.mark.parametrize("happened", TRANSITIONS)
def test_a_table_looks_at_what_it_is_on(happened: str) -> None:
    others = [one for one in TRANSITIONS if one != happened]
    seen = [event(0, 0, happened=happened, attributes={"x": 2})]

    assert len(Court([judged(table(*TWO, on=[happened]))]).judge(seen)) == 1
    assert Court([judged(table(*TWO, on=others))]).judge(seen) == []
    assert check_table(table(*TWO, on=list(TRANSITIONS))) == []


@pytest.mark.parametrize(("second", "fires"), [(59.0, 1), (60.0, 2)])
def test_a_table_pauses_for_an_alarm(second: float, fires: int) -> None:
    items = [event(seq, at, attributes={"x": 2}) for seq, at in enumerate((0.0, second))]

    assert len(Court([judged(table(*TWO, cooldown_s=60))]).judge(items)) == fires


@pytest.mark.parametrize(("priority", "order"), [(99, ["a", "b"]), (101, ["b", "a"])])
def test_a_table_is_judged_in_its_turn(priority: int, order: Sequence[str]) -> None:
    tables = [table(*TWO, name="a", priority=priority), table(*TWO, name="b", priority=100)]
    court = Court([judged(one, number) for number, one in enumerate(tables, 1)])

    verdicts = court.judge([event(0, 0, attributes={"x": 2})])

    assert [one.judged.rule.name for one in verdicts] == order


def test_everything_a_table_can_say_has_a_row() -> None:
    said = {
        "hit": HIT_POLICIES,
        "aggregate": AGGREGATES,
        "input": INPUT_KIND_NAMES,
        "output": OUTPUT_KIND_NAMES,
        "to": TARGETS,
    }

    assert {name for name, *_ in ROWS} == {f"{key} {one}" for key in said for one in said[key]}
    assert set(TABLE_SCHEMA["properties"]) - NAMED - set(said) == {"on", "cooldown_s", "priority"}
