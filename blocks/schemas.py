"""Settings and data of a step, seen through the block's schemas.

The same schema is read at three times. While designing, any value may be an expression (a text
that begins with "= "). Before the step runs, the runtime fills defaults and evaluates. When the
block gets it, every value is a plain one, and a condition has become true or false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from kernel.errors import Problem
from kernel.schema import Schema, path_of, pointer_to

EXPRESSION_PREFIX = "= "


def is_expression(value: Any) -> bool:
    """Tell whether a value is an expression text.

    >>> is_expression("= trigger.alarm.text"), is_expression("=5"), is_expression(5)
    (True, False, False)
    """
    return isinstance(value, str) and value.startswith(EXPRESSION_PREFIX)


def widget_of(schema: Mapping[str, Any]) -> str:
    """Name the widget a schema asks for, "" when none."""
    extra = schema.get("x-garland")
    return str(extra.get("widget", "")) if isinstance(extra, Mapping) else ""


def is_deferred(schema: Mapping[str, Any]) -> bool:
    """Tell whether a field's expressions are evaluated after each round of a loop, not before."""
    extra = schema.get("x-garland")
    return isinstance(extra, Mapping) and extra.get("evaluated") == "each-round"


def with_defaults(schema: Mapping[str, Any], value: Any) -> Any:
    """Return the value with absent fields that have a default filled in.

    An absent object is not invented; its own fields are filled only where it is there.

    >>> with_defaults({"properties": {"a": {"default": 1}, "b": {}}}, {"b": 2})
    {'b': 2, 'a': 1}
    """
    if isinstance(value, list):
        items = schema.get("items")
        return [with_defaults(items, item) for item in value] if is_schema(items) else value
    if not isinstance(value, dict):
        return value
    filled = {name: with_defaults(field_schema(schema, name), item) for name, item in value.items()}
    for name, part in (schema.get("properties") or {}).items():
        if name not in filled and "default" in part:
            filled[name] = part["default"]
    return filled


def resolved_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of what the block gets: conditions are booleans by then."""
    if is_deferred(schema):
        return {}
    if widget_of(schema) == "expression":
        return {"type": "boolean"}
    changed = dict(schema)
    if isinstance(schema.get("properties"), Mapping):
        changed["properties"] = {
            name: resolved_schema(part) for name, part in schema["properties"].items()
        }
    for keyword in ("items", "additionalProperties"):
        if is_schema(schema.get(keyword)):
            changed[keyword] = resolved_schema(schema[keyword])
    return changed


def texts_with_widget(
    widget: str, schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[str, str]]:
    """List pointer and text of the fields that a schema marks with a widget.

    >>> schema = {"properties": {"a": {"x-garland": {"widget": "code"}}}}
    >>> list(texts_with_widget("code", schema, {"a": "1 + 1", "b": "2"}))
    [('/a', '1 + 1')]
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key)
            if isinstance(inner, Mapping):
                yield from texts_with_widget(widget, inner, item, (*path, key))
    elif isinstance(value, list):
        inner = schema.get("items", {})
        for index, item in enumerate(value):
            yield from texts_with_widget(widget, inner, item, (*path, index))
    elif isinstance(value, str) and widget_of(schema) == widget:
        yield pointer_to(path), value


def authoring_problems(schema: Schema, value: Any) -> list[Problem]:
    """List what does not fit while designing, where an expression may stand for any value."""
    filled = with_defaults(schema.document, value)
    found = [
        problem
        for problem in schema.problems(filled)
        if not is_expression(value_at(filled, problem.pointer))
        or not _has_field(schema.document, path_of(problem.pointer))
    ]
    return [*found, *_blank_expressions(filled, ()), *_unwritten(schema.document, filled, ())]


def value_at(document: Any, pointer: str) -> Any:
    """Return the value a JSON Pointer leads to, None when it leads nowhere.

    >>> value_at({"a": [{"b": 1}]}, "/a/0/b")
    1
    """
    found = document
    for part in path_of(pointer):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def field_schema(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the schema of one field of an object, {} when the schema says nothing of it."""
    part = (schema.get("properties") or {}).get(name, schema.get("additionalProperties"))
    return part if is_schema(part) else {}


def by_title(schema: Mapping[str, Any], problem: Problem) -> Problem:
    """Let a problem call its field as the form does: by the title that the schema gives it.

    >>> schema = {"properties": {"to": {"title": "Send to"}}}
    >>> by_title(schema, Problem("/to", "to is missing: give it a value")).message
    'Send to is missing: give it a value'
    """
    path = path_of(problem.pointer)
    for part in path:
        items = schema.get("items")
        schema = items if part.isdecimal() and is_schema(items) else field_schema(schema, part)
    title = schema.get("title")
    if not path or not title or not problem.message.startswith(f"{path[-1]} "):
        return problem
    return Problem(problem.pointer, title + problem.message.removeprefix(path[-1]))


def _has_field(schema: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Tell whether a field may be there at all, whatever its value.

    >>> _has_field({"properties": {"a": {}}, "additionalProperties": False}, ["b"])
    False
    """
    for part in path:
        others = schema.get("additionalProperties", True) or "patternProperties" in schema
        if not others and part not in schema.get("properties", {}):
            return False
        items = schema.get("items")
        schema = items if is_schema(items) and part.isdecimal() else field_schema(schema, part)
    return True


def is_schema(part: Any) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a part of a schema is one with keywords, not just true or false."""
    return isinstance(part, Mapping)


def is_written(schema: Mapping[str, Any]) -> bool:
    """Tell whether a field is written by people alone, never calculated."""
    extra = schema.get("x-garland")
    return isinstance(extra, Mapping) and extra.get("written") is True


def _unwritten(
    schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...], *, written: bool = False
) -> Iterator[Problem]:
    """List expressions where people alone may write, such as in the commands of devices."""
    written = written or is_written(schema)
    if written and is_expression(value):
        message = f"{schema.get('title') or 'This'} is written out: no expression may stand here"
        yield Problem(pointer_to(path), message)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unwritten(field_schema(schema, name), item, (*path, name), written=written)
    elif isinstance(value, list):
        items = schema.get("items")
        inner = items if is_schema(items) else {}
        for index, item in enumerate(value):
            yield from _unwritten(inner, item, (*path, index), written=written)


def _blank_expressions(value: Any, path: tuple[str | int, ...]) -> list[Problem]:
    if isinstance(value, dict):
        pairs: list[tuple[str | int, Any]] = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    else:
        blank = is_expression(value) and not value.removeprefix(EXPRESSION_PREFIX).strip()
        message = f"{path[-1] if path else 'the value'}: write the expression after the = sign"
        return [Problem(pointer_to(path), message)] if blank else []
    return [problem for name, item in pairs for problem in _blank_expressions(item, (*path, name))]
