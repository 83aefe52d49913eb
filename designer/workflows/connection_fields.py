"""Which connection a step uses for each slot of its block: a choice among those that fit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.forms import Field, form_fields, plain_fields
from blocks.manifest import Manifest
from kernel.errors import Problem
from runtime.flows.connection_checks import why_not_connected
from runtime.flows.problems import Known

CONNECTIONS = "/connections"


def slots_schema(manifest: Manifest) -> dict[str, Any]:
    """Give the schema of the names that a step gives its slots; any name can be read back."""
    properties = {one.slot: {"type": "string", "title": one.title} for one in manifest.secrets}
    return {"type": "object", "properties": properties}


def connection_fields(
    node: Mapping[str, Any], manifest: Manifest, known: Known, *, at: str = CONNECTIONS
) -> list[Field]:
    """Make a choice for each slot, with what is wrong beside it.

    What a step names stays to be seen though it is not there any more, or does not fit.
    """
    named = node.get("connections", {})
    properties, problems = {}, []
    for slot in manifest.secrets:
        kinds = known.connections or {}
        offered = [name for name, kind in kinds.items() if kind in slot.accepts]
        held = named.get(slot.slot, "")
        offered += [held] if held and held not in offered else []
        why = why_not_connected(slot, named.get(slot.slot), known.connections)
        problems += [Problem(f"/{slot.slot}", why)] if why else []
        properties[slot.slot] = {
            "title": slot.title,
            "description": slot.reason if offered else f"{slot.reason}. None fits yet: add one",
            "oneOf": [{"const": name, "title": name} for name in offered]
            or [{"const": "", "title": "None fits yet"}],
            "x-garland": {"widget": "select"},
        }
    required = [one.slot for one in manifest.secrets if one.required]
    schema = {"type": "object", "properties": properties, "required": required}
    return plain_fields(form_fields(schema, dict(named), problems, at=at))
