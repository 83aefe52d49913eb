"""A workflow as text that stays the same while the workflow does: one change, few lines.

What a person reads first comes first; triggers and steps go by their ids and wires by their ends,
so that neither the order things were drawn in nor the database shows. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_FLOW = (
    *("flow", "name", "description", "input", "vars", "settings"),
    *("triggers", "steps", "wires", "canvas"),
)
_STEP = (
    *("title", "block", "version", "disabled", "notes", "config", "input", "connections"),
    *("join", "timeout_s", "retry", "worker_group", "undo", "body", "digest", "position"),
)
_TRIGGER = ("title", "kind", "block", "version", "notes")
_UNDO = ("block", "version", "config", "input", "connections", "digest")
_GROUP = ("title", "colour", "steps")
_NOTE = ("text", "colour", "position", "size")
_INDENT = "  "


class _Line(dict[str, Any]):
    """An object that is written on one line."""


def canonical_text(document: Mapping[str, Any]) -> str:
    """Write a workflow of the schema; what it reads back as writes the same text again.

    >>> print(canonical_text({"wires": [], "name": "A", "triggers": {}, "steps": {}, "flow": 1}))
    {
      "flow": 1,
      "name": "A",
      "triggers": {},
      "steps": {},
      "wires": []
    }
    <BLANKLINE>
    """
    return written(ordered(document))


def written(value: Any) -> str:
    """Write ordered JSON as text, with a line break at its end."""
    return "".join(_lines(value, "")) + "\n"


def ordered(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a workflow in the order it is written in."""
    found = _sorted_by(document, _FLOW, keep=("input",))
    found |= _part(document)
    found["triggers"] = _each(document["triggers"], _trigger)
    if "canvas" in document:
        found["canvas"] = _canvas(document["canvas"])
    return found


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    wires = sorted((wire["from"], wire["to"]) for wire in part["wires"])
    return {
        "steps": _each(part["steps"], _step),
        "wires": [_Line({"from": start, "to": end}) for start, end in wires],
    }


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    found = _placed(_sorted_by(step, _STEP))
    if "undo" in step:
        found["undo"] = _sorted_by(step["undo"], _UNDO)
    if "body" in step:
        found["body"] = _part(step["body"])
    return found


def _trigger(trigger: Mapping[str, Any]) -> dict[str, Any]:
    found = _placed(_sorted_by(trigger, _TRIGGER))
    if "position" in found:
        found["position"] = found.pop("position")
    return found


def _canvas(canvas: Mapping[str, Any]) -> dict[str, Any]:
    makers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "groups": _group,
        "notes": lambda note: _placed(_sorted_by(note, _NOTE)),
    }
    return {name: _each(canvas[name], makers[name]) for name in sorted(canvas)}


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    return {**_sorted_by(group, _GROUP), "steps": sorted(group["steps"])}


def _each(
    named: Mapping[str, Any], make: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    return {id_: make(named[id_]) for id_ in sorted(named)}


def _sorted_by(
    value: Mapping[str, Any], order: Sequence[str], *, keep: Sequence[str] = ()
) -> dict[str, Any]:
    """Give an object's known names in an order, the others after them, what is in each by name.

    What is in the names to `keep` stays in its own order, which people see in forms.
    """
    names = [name for name in order if name in value]
    names += sorted(name for name in value if name not in order)
    return {name: value[name] if name in keep else _by_name(value[name]) for name in names}


def _by_name(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _by_name(value[name]) for name in sorted(value)}
    return [_by_name(one) for one in value] if isinstance(value, list) else value


def _placed(node: dict[str, Any]) -> dict[str, Any]:
    for name in ("position", "size"):
        if name in node:
            node[name] = [short(number) for number in node[name]]
    return node


def short(number: float) -> float:
    """Give a place on the canvas as shortly as it can be seen.

    >>> short(272.0), short(-0.0), short(16.04)
    (272, 0, 16)
    """
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Yield text: objects and lists one part a line, wires and places on one."""
    inner = indent + _INDENT
    if not value or not isinstance(value, dict | list) or _is_short(value):
        yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, dict):
        yield "{\n"
        for at, (name, part) in enumerate(value.items()):
            yield (",\n" if at else "") + f"{inner}{json.dumps(name, ensure_ascii=False)}: "
            yield from _lines(part, inner)
        yield f"\n{indent}}}"
    else:
        yield "[\n"
        for at, part in enumerate(value):
            yield (",\n" if at else "") + inner
            yield from _lines(part, inner)
        yield f"\n{indent}]"


def _is_short(value: Any) -> bool:
    if isinstance(value, _Line):
        return True
    is_place = isinstance(value, list) and len(value) <= len(("x", "y"))
    return is_place and all(isinstance(one, int | float) for one in value)
