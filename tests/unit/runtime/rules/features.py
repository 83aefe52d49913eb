"""What a rule can say, listed from its schema and its fields: each has a row in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.rules.around import offered_fields
from runtime.rules.conditions import Gate, operators_of
from runtime.rules.fields import ATTRIBUTES, CATALOGUE, Field, Kind
from runtime.rules.model import RULE_SCHEMA, Mode, Transition

SAID_ELSEWHERE = {"rule", "name", "notes"}  # what it is, not what it does
PARTS = {"mode", "on", "when", "pattern", "then"}  # listed by what they hold
FREE = Field(path=ATTRIBUTES, title="", kind=Kind.FREE)


def shapes(part: Mapping[str, Any], key: str) -> dict[str, set[str]]:
    """Read from a schema what goes with each value of `key`."""
    return {
        one["if"]["properties"][key]["const"]: set(one["then"]["properties"]) - {key}
        for one in part["allOf"]
    }


def rule_features() -> set[str]:
    """List what a rule says beside its conditions, its pattern and its actions."""
    said = set(RULE_SCHEMA["properties"]) - SAID_ELSEWHERE - PARTS
    gates = {f"when {gate.value}" for gate in Gate}
    return said | gates | {f"on {one.value}" for one in Transition}


def operator_features() -> set[tuple[Kind, str]]:
    """List each operator with each kind of field that it goes with."""
    return {
        (field.kind, op.value)
        for field in (*CATALOGUE, *offered_fields(), FREE)
        for op in operators_of(field)
    }


def field_features() -> set[str]:
    """List every field."""
    return {field.path for field in (*CATALOGUE, *offered_fields())} | {"attributes", "inventory"}


def pattern_features() -> set[str]:
    """List every pattern, and what each of them can be given."""
    kinds = shapes(RULE_SCHEMA["properties"]["pattern"], "kind")
    return set(kinds) | {f"{kind} {name}" for kind, names in kinds.items() for name in names}


def action_features() -> set[str]:
    """List every action with what each of them can be given, and the modes."""
    kinds = shapes(RULE_SCHEMA["properties"]["then"]["items"], "do")
    given = {f"{do} {name}" for do, names in kinds.items() for name in names}
    return set(kinds) | given | {f"mode {one.value}" for one in Mode}
