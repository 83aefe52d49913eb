"""Small parts of the rule form into parts of a document, and back; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from designer.rules.rows import ConditionRow, GroupRow, Span
from runtime.rules.conditions import LISTED, ORDER, PRESENCE, Op
from runtime.rules.fields import Kind, find_field
from runtime.rules.words import value_words

_GATES = ("all", "any", "none")
_UNITS_S = (3600, 60, 1)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


def number(text: str) -> Any:
    """Take a number where it is one; other text stays, for the check to refuse."""
    if _NUMBER.fullmatch(text) is None:
        return text
    return float(text) if "." in text else int(text)


def seconds(length: Span) -> Any:
    """Give a duration in seconds where its amount is a whole number, else the amount."""
    amount = number(length.amount)
    return amount * int(length.unit) if isinstance(amount, int) else amount


def span(length_s: int) -> Span:
    """Write a duration in the largest unit that it is whole in."""
    unit = next(one for one in _UNITS_S if length_s % one == 0)
    return Span(str(length_s // unit), str(unit))


def group_document(group: GroupRow) -> dict[str, Any]:
    """Write a group of conditions."""
    return {
        group.gate: [
            group_document(member) if isinstance(member, GroupRow) else _condition_document(member)
            for member in group.members
        ]
    }


def group_rows(node: Mapping[str, Any]) -> GroupRow:
    """Read conditions; a bare one becomes a group of one."""
    for gate in _GATES:
        if gate in node:
            members = [
                group_rows(member) if "op" not in member else _condition_rows(member)
                for member in node[gate]
            ]
            return GroupRow(gate, members)
    return GroupRow("all", [_condition_rows(node)])


def _condition_document(row: ConditionRow) -> dict[str, Any]:
    condition: dict[str, Any] = {"field": row.field, "op": row.op}
    op = Op(row.op)
    if op in PRESENCE:
        return condition
    field = find_field(row.field)
    numeric = field is not None and (
        field.kind is Kind.NUMBER or (field.kind is Kind.FREE and op in ORDER)
    )
    take = number if numeric else str
    if op in LISTED:
        values = [line.strip() for line in row.value.splitlines() if line.strip()]
        return {**condition, "value": [take(value) for value in values]}
    return {**condition, "value": take(row.value.strip())}


def _condition_rows(node: Mapping[str, Any]) -> ConditionRow:
    value = node.get("value", "")
    lines = value if isinstance(value, list) else [value]
    return ConditionRow(node["field"], node["op"], "\n".join(map(value_words, lines)))
