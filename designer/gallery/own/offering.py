"""What of a workflow could be asked for in a form, and the template made of what was chosen.

Every plain value in the settings of a step or trigger, and every variable, is a candidate; the
block's own schema says how it is asked for. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from blocks.forms import can_show
from blocks.registry import Registry
from blocks.schemas import is_expression
from kernel.schema import path_of, pointer_to
from runtime.secrecy import MASK

CANDIDATES_MAX = 200
_KEPT = ("description", "enum", "oneOf", "items", "minimum", "maximum", "x-garland", "format")
_TYPES = {bool: "boolean", int: "number", float: "number", str: "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A value that a template's form could ask for.

    Attributes:
        pointer: Where it stands in the workflow.
        title: What it would be called.
        shown: What it is now, as text.
    """

    pointer: str
    title: str
    shown: str
    schema: Mapping[str, Any]


def candidates_of(flow: Mapping[str, Any], registry: Registry) -> list[Candidate]:
    """List what could be asked for, in the workflow's order."""
    found = [*_of_variables(flow), *_of_steps(flow["steps"], ["steps"], registry)]
    return [one for one in found if can_show(_form_of(one))][:CANDIDATES_MAX]


def template_document(
    flow: Mapping[str, Any],
    said: Mapping[str, str],
    chosen: Collection[str],
    candidates: Collection[Candidate],
) -> dict[str, Any]:
    """Make a template of a workflow; `said` has its title, summary and category."""
    asked = [one for one in candidates if one.pointer in chosen]
    properties, places = {}, {}
    for number, one in enumerate(asked, start=1):
        name = f"p{number}"
        properties[name] = _parameter(one, flow)
        places[name] = [f"/flow{one.pointer}"]
    return {
        "template": 1,
        "title": said["title"],
        "summary": said["summary"],
        "category": said["category"],
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
            "propertyNames": {"enum": list(properties)} if properties else {},
        },
        "places": places,
        "flow": deepcopy(dict(flow)),
    }


def _parameter(one: Candidate, flow: Mapping[str, Any]) -> dict[str, Any]:
    return {**one.schema, "title": one.title, "default": _at(flow, path_of(one.pointer))}


def _form_of(one: Candidate) -> dict[str, Any]:
    return {"type": "object", "properties": {"p": dict(one.schema)}}


def _of_variables(flow: Mapping[str, Any]) -> Iterator[Candidate]:
    for name, value in flow.get("vars", {}).items():
        yield from _candidate(["vars", name], f"Variable {name}", value, {})


def _of_steps(steps: Mapping[str, Any], path: list[str], registry: Registry) -> Iterator[Candidate]:
    for id_, step in steps.items():
        block = registry.find(step["block"], step["version"])
        fields = block.manifest.config.get("properties", {}) if block is not None else {}
        called = step.get("title") or id_
        for name, value in step.get("config", {}).items():
            schema = fields.get(name, {})
            title = f"{called}: {schema.get('title', name)}"
            yield from _candidate([*path, id_, "config", name], title, value, schema)
        inner = step.get("body", {}).get("steps", {})
        yield from _of_steps(inner, [*path, id_, "body", "steps"], registry)


def _candidate(
    path: list[str], title: str, value: Any, schema: Mapping[str, Any]
) -> Iterator[Candidate]:
    kept = {key: schema[key] for key in _KEPT if key in schema}
    if isinstance(value, list) and _is_plain_list(value):
        kept = {"type": "array", "items": {"type": "string"}, **kept}
    elif type(value) in _TYPES and not is_expression(value) and value != MASK:
        kept = {**kept, "type": schema.get("type", _TYPES[type(value)])}
    else:
        return
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    yield Candidate(pointer=pointer_to(path), title=title[:120], shown=shown[:120], schema=kept)


def _is_plain_list(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(one, str) and not is_expression(one) for one in value)


def _at(held: Any, path: list[str]) -> Any:
    for part in path:
        held = held[int(part)] if isinstance(held, list) else held[part]
    return deepcopy(held)
