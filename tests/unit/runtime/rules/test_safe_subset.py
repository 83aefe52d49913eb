"""durable_rules is used within the part of it that was found to be safe, and nowhere beyond."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from runtime.rules import _durable
from runtime.rules.conditions import build
from runtime.rules.matcher import Matcher
from runtime.rules.plan import Program, compile_rules
from runtime.rules.reference import row_of
from tests.factories.rules import make_leaf
from tests.unit.runtime.rules.test_landmines import LANDMINES
from tests.unit.runtime.rules.test_plan import SHAPE_FACTS, SHAPES

WORDS = {"$and", "$or", "$ex", "$nex", "$neq", "$gt", "$gte", "$lt", "$lte"}
CALLS = {
    "create_ruleset",
    "delete_ruleset",
    "assert_fact",
    "start_action_for_state",
    "complete_and_start_action",
    "retract_fact",
}
EVENTS = 30_000
ALL = {**SHAPES, **{name: documents for name, (documents, _) in LANDMINES.items()}}


def program_of(documents: list[Any]) -> Program:
    return compile_rules({f"rule{i}": build(one) for i, one in enumerate(documents)})


def keys_in(node: Any) -> Iterator[str]:
    """Walk all names of a JSON document."""
    for key, value in node.items() if isinstance(node, Mapping) else ():
        yield key
        yield from keys_in(value)
    for value in node if isinstance(node, list) else ():
        yield from keys_in(value)


@pytest.mark.parametrize("shape", ALL)
def test_a_rule_is_one_pattern_of_safe_words_behind_an_anchor(shape: str) -> None:
    rules = [
        rule
        for shard in program_of(ALL[shape]).shards
        for rule in json.loads(shard.definition).values()
    ]

    assert {name for rule in rules for name in rule} <= {"all"}
    assert {tuple(pattern) for rule in rules for pattern in rule["all"]} <= {("m",)}
    assert {len(rule["all"]) for rule in rules} <= {1}
    assert all(rule["all"][0]["m"]["$and"][0] == {"_k": 1} for rule in rules)
    assert {key for key in keys_in(rules) if key.startswith("$")} <= WORDS


@pytest.mark.parametrize("shape", ALL)
def test_a_message_is_never_empty_and_has_neither_a_state_nor_an_exponent(shape: str) -> None:
    program = program_of(ALL[shape])
    facts = [*SHAPE_FACTS, *LANDMINES.get(shape, ([], []))[1]]

    texts = [
        text
        for number, one in enumerate(facts)
        for text in program.messages(row_of(one, program.reads), number)
    ]

    for text in texts:
        message: dict[str, Any] = json.loads(text, parse_float=no_exponent, parse_int=no_exponent)
        assert list(message)[:2] == ["id", "_k"]
        assert {name[0] for name in list(message)[2:]} <= {"f", "x"}


def no_exponent(written: str) -> float:
    assert "e" not in written.lower()
    return float(written)


def test_neither_joins_nor_timers_nor_states_nor_storage_nor_threads_are_asked_for() -> None:
    tree = ast.parse(Path(_durable.__file__).read_text())

    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "durable_rules_engine"
    }
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert called == CALLS
    assert not {one for one in imported if one.split(".")[0] == "durable"}


def judge_many(matcher: Matcher, program: Program, name: str, number: int) -> None:
    rows = [row_of({"count": i % 9, "text": f"t{i}"}, program.reads) for i in range(number)]
    matcher.match(name, program, rows)


def memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_nothing_of_an_event_is_kept() -> None:
    program = program_of([make_leaf("count", "at_least", i) for i in range(9)])
    with Matcher(deadline_s=60.0) as matcher:
        judge_many(matcher, program, "flat", 5_000)
        assert matcher.pid is not None
        before = memory_kb(matcher.pid)

        for _ in range(EVENTS // 5_000):
            judge_many(matcher, program, "flat", 5_000)

        assert memory_kb(matcher.pid) - before < 2_000
        assert matcher.starts == 1


def test_many_sets_at_rest_cost_no_time_and_no_thread() -> None:
    with Matcher() as matcher:
        for number in range(60):
            program = program_of([make_leaf("count", "is", number)])
            judge_many(matcher, program, f"set {number}", 1)
        assert matcher.pid is not None
        before = cpu_ticks(matcher.pid)
        time.sleep(0.5)

        used = cpu_ticks(matcher.pid) - before
        threads = len(list(Path(f"/proc/{matcher.pid}/task").iterdir()))

    assert used == 0
    assert threads == 1


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
