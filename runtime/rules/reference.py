"""The reference evaluator: what a condition means, in plain Python.

Pure. It is the oracle the durable_rules plan is tested against, what try-it and explain use, and
what answers when the matching process cannot.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from runtime.rules.conditions import (
    EQUALITY,
    NEGATIVE,
    PRESENCE,
    Condition,
    Gate,
    Node,
    Op,
    Operand,
)
from runtime.rules.fields import Kind, Read, Row, read_as, value_at
from runtime.rules.patterns import matches

_Compare = Callable[[Any, Any], bool]
COMPARE: dict[Op, _Compare] = {
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
    Op.MORE_THAN: operator.gt,
    Op.LESS_THAN: operator.lt,
    Op.CONTAINS: lambda seen, part: part.casefold() in seen.casefold(),
    Op.STARTS_WITH: lambda seen, part: seen.casefold().startswith(part.casefold()),
    Op.ENDS_WITH: lambda seen, part: seen.casefold().endswith(part.casefold()),
    Op.MATCHES: lambda seen, pattern: matches(pattern, seen),
}


def row_of(facts: Mapping[str, Any], reads: Iterable[Read]) -> Row:
    """Read an alarm document's fields into a row; what is missing or of another kind is absent."""
    row: dict[Read, Any] = {}
    for read in reads:
        value = read_as(value_at(facts, read.path), read.kind)
        if value is not None:
            row[read] = value
    return row


def holds(node: Node, row: Row) -> bool:
    """Tell whether a condition holds for a row.

    A negative operator (`is_not`, `not_in`) is the exact opposite of its positive one, so it
    holds where the field is missing; every other operator but `missing` needs a value.
    """
    if isinstance(node, Condition):
        return _leaf_holds(node, row)
    verdicts = (holds(member, row) for member in node.members)
    if node.gate is Gate.ALL:
        return all(verdicts)
    return any(verdicts) is (node.gate is Gate.ANY)


def _leaf_holds(leaf: Condition, row: Row) -> bool:
    seen = row.get(leaf.read)
    if leaf.op in PRESENCE:
        return (seen is None) is (leaf.op is Op.MISSING)
    if leaf.op in NEGATIVE:
        return seen not in leaf.operands
    if seen is None:
        return False
    if leaf.op in EQUALITY:
        return seen in leaf.operands
    return compare(leaf.op, leaf.read.kind, seen, leaf.operands[0])


def compare(op: Op, kind: Kind, seen: Any, operand: Operand) -> bool:
    """Apply one operator to a value that is there; a list holds what any of its texts holds."""
    if kind is Kind.TEXTS:
        return any(COMPARE[op](text, operand) for text in seen)
    return COMPARE[op](seen, operand)


def trace(node: Node, facts: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """Record a verdict as a tree with the values seen, for keeping with a firing.

    Leaves: `{"field", "op", "value", "seen", "held"}`; groups: `{"gate", "held", "members"}`.
    """
    if isinstance(node, Condition):
        return {
            "field": node.read.path,
            "op": node.op.value,
            "value": node.value,
            "seen": value_at(facts, node.read.path),
            "held": holds(node, row),
        }
    members = [trace(member, facts, row) for member in node.members]
    return {"gate": node.gate.value, "held": holds(node, row), "members": members}
