"""Judging: a published table among ordinary rules, through one narrow seam.

Pure. The matcher is given a condition for each row (`row_keys`); which of them hold comes back as
keys; `decided` makes of those one ordinary `Rule` whose actions are the decision's, so that the
engine fires it like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from runtime.rules.conditions import Gate, Group, Node
from runtime.rules.model import Rule, parse_rule
from runtime.rules.tables.deciding import Decision, actions_of, decide, named_values
from runtime.rules.tables.model import Table
from runtime.rules.tables.outputs import write_output
from runtime.rules.tables.row_conditions import row_condition
from runtime.rules.tables.words import output_title

_ROW = "#"


def row_keys(key: str, table: Table) -> dict[str, Node]:
    """Give the condition of each row under the table's key and the row's number."""
    return {f"{key}{_ROW}{i}": row_condition(table, row) for i, row in enumerate(table.rows)}


def rows_by_key(keys: Iterable[str]) -> dict[str, list[int]]:
    """Part the keys that held: each rule's own, with the rows that matched (none for a rule).

    >>> rows_by_key(["a", "b#3", "b#0"])
    {'a': [], 'b': [3, 0]}
    """
    found: dict[str, list[int]] = {}
    for one in keys:
        key, sign, row = one.partition(_ROW)
        found.setdefault(key, []).extend([int(row)] if sign else [])
    return found


def idle_rule(table: Table) -> Rule:
    """Give the table as a rule of every alarm that does nothing yet."""
    written = {
        "rule": 1,
        "name": table.name,
        "on": sorted(table.on),
        "priority": table.priority,
        "cooldown_s": table.cooldown_s,
        "then": [{"do": "acknowledge"}],
    }
    return replace(parse_rule(written), then=())


def decided(table: Table, idle: Rule, rows: Iterable[int]) -> tuple[Rule, dict[str, Any]]:
    """Decide among the rows that matched, at least one; give the rule to fire and why it does."""
    matching = sorted(rows)
    decision = decide(table, matching)
    if decision is None:
        raise ValueError("no row matched")
    conditions = tuple(row_condition(table, table.rows[row]) for row in decision.rows)
    when = conditions[0] if len(conditions) == 1 else Group(Gate.ANY, conditions)
    fires = replace(idle, when=when, then=actions_of(table, decision))
    return fires, _told(table, decision, matching)


def _told(table: Table, decision: Decision, matching: list[int]) -> dict[str, Any]:
    """Write down a decision for keeping with a firing; rows are counted from 1, as people do.

    Outputs are pairs in a list, since a database need not keep the order of an object's names.
    """
    return {
        "hit": table.hit.value,
        "rows": [row + 1 for row in decision.rows],
        "matched": [row + 1 for row in matching],
        "outputs": [
            [
                [output_title(column), write_output(value)]
                for column, value in zip(table.outputs, outputs, strict=True)
                if value is not None
            ]
            for outputs in decision.outputs
        ],
        "values": named_values(table, decision),
    }


def table_sentences(told: Mapping[str, Any]) -> list[str]:
    """Say which row decided and what it put out, from what was kept with the firing.

    >>> table_sentences({"hit": "first", "rows": [2], "matched": [2, 5],
    ...                  "outputs": [[["Team", "core"]]]})
    ['row 2 is the first of the rows 2, 5 that match', 'it says Team: core']
    """
    rows, matched = told["rows"], told["matched"]
    numbers = ", ".join(map(str, matched))
    if len(matched) == 1:
        found = [f"row {rows[0]} matches"]
    elif told["hit"] == "collect":
        found = [f"the rows {numbers} match"]
    else:
        how = {"priority": "the most important"}.get(told["hit"], "the first")
        found = [f"row {rows[0]} is {how} of the rows {numbers} that match"]
    says = "; ".join(
        ", ".join(f"{title}: {value}" for title, value in one) for one in told["outputs"] if one
    )
    return [*found, f"{'they say' if len(rows) > 1 else 'it says'} {says}"] if says else found
