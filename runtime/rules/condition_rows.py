"""Conditions as rows of plain text: what a person is filling in, right or wrong. Pure.

The form of a rule has them, and whatever else asks for a rule's condition: a maintenance window.
What was typed is passed on as it is where it cannot be a number or a known word: the check of the
document then says so, and `field_name` brings its words back beside the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.form_rows import rows_at, text_at
from runtime.rules.conditions import LISTED, ORDER, PRESENCE, Op, operators_of
from runtime.rules.fields import ATTRIBUTES, Kind, find_field
from runtime.rules.words import value_words

DEPTH_MAX = 8
GATES = ("all", "any", "none")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_GATE = re.compile(r"/(all|any|none)(?=/|$)")


@dataclass
class ConditionRow:
    """One condition; a list of values has one on each line."""

    field: str = "perceived_severity"
    op: str = "is"
    value: str = "critical"

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators to offer for the field as it is named now."""
        known = find_field(self.field) or find_field(f"{ATTRIBUTES}any")
        return tuple(op.value for op in operators_of(known)) if known else tuple(Op)

    @property
    def control(self) -> str:
        """Which control takes the value: none, severity, severities, lines or text."""
        if self.op in PRESENCE:
            return "none"
        if self.field == "perceived_severity":
            return "severities" if self.op in LISTED else "severity"
        return "lines" if self.op in LISTED else "text"


@dataclass
class GroupRow:
    """Conditions under one gate: all, any or none."""

    gate: str = "all"
    members: list[GroupRow | ConditionRow] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Tell groups from conditions in a template."""
        return True


def first_condition() -> GroupRow:
    """Make a group with the condition that most rules begin with."""
    return GroupRow("all", [ConditionRow()])


def fresh_group() -> GroupRow:
    """Make the group that a button adds."""
    return GroupRow("any", [ConditionRow()])


def conditions_of(group: GroupRow) -> Iterator[ConditionRow]:
    """Walk all conditions of a group."""
    for member in group.members:
        if isinstance(member, GroupRow):
            yield from conditions_of(member)
        else:
            yield member


def read_group(node: Mapping[str, Any], depth: int = DEPTH_MAX) -> GroupRow:
    """Read a group out of what was posted; groups too deep are left out."""
    gate = text_at(node, "gate")
    members: list[GroupRow | ConditionRow] = []
    for row in rows_at(node, "members"):
        if "gate" not in row:
            members.append(_condition(row))
        elif depth:
            members.append(read_group(row, depth - 1))
    return GroupRow(gate if gate in GATES else "all", members)


def mend_operators(groups: Iterable[GroupRow]) -> None:
    """Take another operator where a field that was changed does not have the one it had."""
    for group in groups:
        for row in conditions_of(group):
            if row.op not in row.operators:
                row.op = row.operators[0]


def read_path(row: Mapping[str, Any]) -> str:
    """Read a field's path: one of the list, or an attribute's name typed beside it."""
    path = text_at(row, "field")
    return ATTRIBUTES + text_at(row, "other").strip() if path == ATTRIBUTES else path


def _condition(row: Mapping[str, Any]) -> ConditionRow:
    value = text_at(row, "value").replace("\r\n", "\n")
    return ConditionRow(read_path(row), text_at(row, "op"), value)


def number(text: str) -> Any:
    """Take a number where it is one; other text stays, for the check to refuse."""
    if _NUMBER.fullmatch(text) is None:
        return text
    return float(text) if "." in text else int(text)


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
    for gate in GATES:
        if gate in node:
            members = [
                group_rows(member) if "op" not in member else _condition_rows(member)
                for member in node[gate]
            ]
            return GroupRow(gate, members)
    return GroupRow("all", [_condition_rows(node)])


def field_name(pointer: str) -> str:
    """Name the field of the form that shows a problem at a place of a condition's document.

    >>> field_name("/when/all/0/any/1/value")
    '/when/members/0/members/1/value'
    """
    return _GATE.sub("/members", pointer).removesuffix("/members")


def _condition_document(row: ConditionRow) -> dict[str, Any]:
    condition: dict[str, Any] = {"field": row.field, "op": row.op}
    op = Op(row.op)
    if op in PRESENCE:
        return condition
    known = find_field(row.field)
    numeric = known is not None and (
        known.kind is Kind.NUMBER or (known.kind is Kind.FREE and op in ORDER)
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
