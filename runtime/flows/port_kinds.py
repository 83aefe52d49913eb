"""What a port hands on, in one word, so that the canvas can give it a shape and a colour. Pure.

The word is read off the port's schema: nobody has to write it down for their block. It says what
a person would call the data, not its exact type; what fits where is asked of the schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

_ALARM = frozenset({"managed_object", "perceived_severity"})
_PLAIN = frozenset({"string", "number", "integer", "boolean", "null"})


class PortKind(Enum):
    """What leaves a step by a port."""

    ALARM = "alarm"
    RECORD = "record"
    LIST = "list"
    VALUE = "value"
    NOTHING = "nothing"


def port_kind(schema: Mapping[str, Any]) -> PortKind:
    """Say what a port of this schema hands on; nothing where the schema says nothing.

    An object is what its first field is when that is a list, a value when it holds single values
    and nothing that names a thing kept elsewhere (`id`), and else a record, such as a ticket.

    >>> port_kind({"type": "object", "properties": {"alarms": {"type": "array"}}})
    <PortKind.LIST: 'list'>
    >>> port_kind({"type": "object", "properties": {"id": {"type": "string"}}})
    <PortKind.RECORD: 'record'>
    """
    fields: Mapping[str, Any] = schema.get("properties") or {}
    if fields.keys() >= _ALARM:
        return PortKind.ALARM
    if fields:
        return _of_fields(fields)
    kinds = _kinds_of(schema)
    if "array" in kinds:
        return PortKind.LIST
    if "object" in kinds:
        empty = schema.get("additionalProperties") is False
        return PortKind.NOTHING if empty else PortKind.RECORD
    return PortKind.VALUE if kinds & _PLAIN else PortKind.NOTHING


def _of_fields(fields: Mapping[str, Any]) -> PortKind:
    kinds = [_kinds_of(one) for one in fields.values()]
    if "array" in kinds[0]:
        return PortKind.LIST
    holds_single = all(one and one <= _PLAIN for one in kinds)
    return PortKind.VALUE if holds_single and "id" not in fields else PortKind.RECORD


def _kinds_of(schema: Any) -> frozenset[str]:
    said = schema.get("type") if isinstance(schema, Mapping) else None
    return frozenset([said] if isinstance(said, str) else said or ())
