"""What kind of value a mapping gives, and which kinds a field takes. Pure.

The kind is known from the expression itself (`1 + 2` is a number) or, where it only hands data
on, from the schema of the port that data leaves by. What is not known is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.registry import Block, output_ports
from blocks.schemas import is_deferred, is_schema, widget_of
from kernel.schema import path_of
from runtime.expressions.evaluating import kind_of
from runtime.expressions.references import Path, plain_path
from runtime.flows._structure import Structure
from runtime.flows.problems import NOTHING_KNOWN, Known
from runtime.flows.table_steps import DECIDED, face_of

Kinds = frozenset[str]
"""Some of JSON Schema's types; an integer is a number here."""

ANY: Kinds = frozenset({"string", "number", "boolean", "array", "object", "null"})
_TEXT = {"type": "string"}
_RUN = {"properties": {"id": _TEXT, "started_at": _TEXT}}
_ERROR_OUTPUT = {"properties": {"error": {"type": "object"}}, "additionalProperties": False}
_BY_HAND = ("manual", "flow")


class Sources:
    """The data of one workflow, as far as schemas describe it."""

    def __init__(
        self,
        structure: Structure,
        blocks: Mapping[str, Block | None],
        known: Known = NOTHING_KNOWN,
    ) -> None:
        self._structure = structure
        self._blocks = blocks
        self._known = known

    def kinds_given_by(self, text: str) -> Kinds:
        """Give the kinds an expression that can be read may come to; none: it never gives one."""
        path = plain_path(text)
        if path is None:
            known = kind_of(text)
            return ANY if known is None else frozenset({known})
        found = [_kinds_at(schema, rest) for schema, rest in self._schemas_of(path)]
        return frozenset().union(*found) if found else ANY

    def fields_beside(self, text: str) -> list[str]:
        """List the fields that are there where an expression reads one that is not."""
        path = plain_path(text)
        parents = self._schemas_of(path) if path is not None else []
        found = {
            name
            for schema, rest in parents
            for part in [_descended(schema, rest[:-1])]
            if part is not None
            for name in part.get("properties", {})
        }
        return sorted(found)

    def _schemas_of(self, path: Path) -> list[tuple[Mapping[str, Any], Path]]:
        """Give the schemas that may describe what a path begins with, and the rest of the path."""
        match path:
            case ("run", *rest):
                return [(_RUN, tuple(rest))]
            case ("steps", _, "port"):
                return [(_TEXT, ())]
            case ("steps", step, "output", *rest) if step in self._structure.steps:
                return [(schema, tuple(rest)) for schema in self._outputs_of(step)]
            case ("trigger", "input", *rest) if self._is_started_by_hand_alone():
                return [(self._structure.input_schema, tuple(rest))]
        return []

    def _outputs_of(self, step: str) -> Iterable[Mapping[str, Any]]:
        block, config = self._blocks.get(step), self._structure.steps[step].step.get("config", {})
        if block is None:
            return [{}]
        ports = {one.name: one.schema for one in output_ports(block.manifest, config)}
        face = face_of(config, block, self._known)
        if face is not None:
            ports[DECIDED] = dict(face.outputs)
        return [_ERROR_OUTPUT, *ports.values()]

    def _is_started_by_hand_alone(self) -> bool:
        kinds = {one["kind"] for one in self._structure.triggers.values()}
        return kinds.issubset(_BY_HAND)


def kinds_taken_at(schema: Mapping[str, Any], pointer: str) -> Kinds:
    """Give the kinds the field at a JSON Pointer takes."""
    part = schema
    for name in path_of(pointer):
        found = _field(part, name)
        if found is None or is_deferred(found):
            return ANY
        part = found
    return frozenset({"boolean"}) if widget_of(part) == "expression" else _kinds_of(part)


def _kinds_at(schema: Mapping[str, Any], path: Path) -> Kinds:
    """Give the kinds of the value a path leads to; none where it can lead to nothing."""
    for depth, name in enumerate(path):
        if schema.get("additionalProperties") is False and name not in schema.get("properties", {}):
            return frozenset()
        found = _descended(schema, path[depth : depth + 1])
        if found is None:
            return ANY
        schema = found
    return _kinds_of(schema)


def _descended(schema: Mapping[str, Any], path: Path) -> Mapping[str, Any] | None:
    part: Mapping[str, Any] | None = schema
    for name in path:
        part = (part or {}).get("properties", {}).get(name)
        if not is_schema(part):
            return None
    return part


def _field(schema: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    inner = schema.get("properties", {}).get(name)
    if inner is None and name.isdecimal():
        inner = schema.get("items")
    if inner is None:
        inner = schema.get("additionalProperties")
    return inner if is_schema(inner) else None


def _kinds_of(schema: Mapping[str, Any]) -> Kinds:
    said = schema.get("type")
    if said is None:
        return ANY
    names = [said] if isinstance(said, str) else said
    return frozenset("number" if name == "integer" else name for name in names)
