"""What the buttons inside a form do to its value: add, remove, move, switch to an expression.

A button posts `_op=<verb>:<name>`; every form works so without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.forms._kinds import kind_of
from blocks.schemas import EXPRESSION_PREFIX, field_schema, is_expression, with_defaults
from kernel.numbers import MOST, whole_number
from kernel.schema import path_of

OPERATION = "_op"


Kept = dict[str, dict[str, Any]]
"""By name of a field what `fx` and `plain` took away, to be put back by the other."""


def apply_operation(
    schema: Mapping[str, Any], value: Any, operation: str, kept: Kept | None = None
) -> Any:
    """Return the value after an operation; one that leads nowhere changes nothing.

    Args:
        schema: The form's schema.
        value: What the form held; it is changed in place.
        operation: `add:/list`, `add:/map`, `add:/group`, `del:/list/0`, `up:/list/1`, `fx:/field`
            (make it an expression) or `plain:/field` (back to an ordinary value).
        kept: What was typed before, by name without `at`; changed in place. A field that is made
            an expression and back again is then as it was.
    """
    verb, _, name = operation.partition(":")
    if kept is not None and verb in ("fx", "plain"):
        return _switched(schema, value, (verb, name), kept)
    path = path_of(name)
    if not path:
        return value
    parent, parent_schema, last = _place(schema, value, path)
    if isinstance(parent, list):
        _in_list(parent, parent_schema, last, verb)
    elif isinstance(parent, dict):
        _in_object(parent, parent_schema, last, verb)
    return value


def _place(
    schema: Mapping[str, Any], value: Any, path: list[str]
) -> tuple[Any, Mapping[str, Any], str]:
    """Give what holds a field, its schema, and what the field is called in there."""
    if path[-1:] == ["value"]:
        holder, holder_schema = _walk(schema, value, path[:-2])
        if isinstance(holder, dict) and kind_of(holder_schema) == "map":
            return holder, holder_schema, path[-2]
    return *_walk(schema, value, path[:-1]), path[-1]


def _switched(schema: Mapping[str, Any], value: Any, wanted: tuple[str, str], kept: Kept) -> Any:
    """Switch a field over, remembering what it held and putting back what it held before."""
    verb, name = wanted
    parent, parent_schema, last = _place(schema, value, path_of(name) or [""])
    found = _held(parent, parent_schema, last)
    memory = kept.setdefault(name, {})
    is_again = verb == "fx" and is_expression(found)  # other data: what was typed stays known
    if found is not None and not is_again:
        memory["plain" if verb == "fx" else "fx"] = found
    apply_operation(schema, value, f"{verb}:{name}")
    if verb in memory:
        _put(parent, parent_schema, last, memory[verb])
    return value


def _held(parent: Any, schema: Mapping[str, Any], part: str) -> Any:
    if isinstance(parent, list):
        return parent[_index(part)] if _index(part) < len(parent) else None
    return parent.get(_key(schema, parent, part)) if isinstance(parent, dict) else None


def _put(parent: Any, schema: Mapping[str, Any], part: str, value: Any) -> None:
    if isinstance(parent, list):
        if _index(part) < len(parent):
            parent[_index(part)] = value
    elif isinstance(parent, dict):
        parent[_key(schema, parent, part)] = value


def _walk(schema: Mapping[str, Any], value: Any, path: list[str]) -> tuple[Any, Mapping[str, Any]]:
    """Follow a form name; in a map, `/0` is its first entry and `/0/value` that entry's value."""
    parts = iter(path)
    for part in parts:
        if isinstance(value, list) and (index := _index(part)) < len(value):
            schema, value = schema.get("items") or {}, value[index]
        elif isinstance(value, dict):
            key = _key(schema, value, part)
            if kind_of(schema) == "map":
                next(parts, None)
            schema, value = field_schema(schema, key), value.get(key)
        else:
            return None, {}
    return value, schema


def _key(schema: Mapping[str, Any], value: dict[str, Any], part: str) -> str:
    if kind_of(schema) != "map":
        return part
    keys = list(value)
    index = _index(part)
    return keys[index] if index < len(keys) else ""


def _index(part: str) -> int:
    """Read a place in a list; what is none lies behind every end."""
    found = whole_number(part)
    return MOST if found is None else found


def _in_list(parent: list[Any], schema: Mapping[str, Any], part: str, verb: str) -> None:
    index = _index(part)
    if index >= len(parent):
        return
    if verb == "del":
        del parent[index]
    elif verb == "up" and index > 0:
        parent[index - 1], parent[index] = parent[index], parent[index - 1]
    else:
        parent[index] = _changed(schema.get("items") or {}, parent[index], verb)


def _in_object(parent: dict[str, Any], schema: Mapping[str, Any], part: str, verb: str) -> None:
    is_map = kind_of(schema) == "map"
    key = _key(schema, parent, part)
    if is_map and key not in parent:
        return
    if verb == "del" or (verb == "plain" and not is_map):
        parent.pop(key, None)
    else:
        changed = _changed(field_schema(schema, key), parent.get(key), verb)
        if changed is not None:
            parent[key] = changed


def _changed(schema: Mapping[str, Any], value: Any, verb: str) -> Any:
    """Return what `add`, `fx` or `plain` make of one value."""
    if verb == "fx":
        return EXPRESSION_PREFIX
    if verb == "plain":
        return _blank(schema)
    return _grown(schema, value) if verb == "add" else value


def _grown(schema: Mapping[str, Any], value: Any) -> Any:
    kind = kind_of(schema)
    if kind == "list":
        rows = value if isinstance(value, list) else []
        return [*rows, _blank(schema.get("items") or {})]
    if kind == "map":
        held = value if isinstance(value, dict) else {}
        return {**held, "": _blank(field_schema(schema, ""))}
    return with_defaults(schema, {}) if kind == "group" else value


def _blank(schema: Mapping[str, Any]) -> Any:
    """Return what a new entry begins as."""
    if "default" in schema:
        return schema["default"]
    kind = kind_of(schema)
    blanks: dict[str, Any] = {"list": [], "map": {}, "group": with_defaults(schema, {})}
    return blanks.get(kind, False if kind == "boolean" else "")
