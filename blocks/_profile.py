"""Which JSON Schema keywords a block may use: those that the forms show and every tool keeps.

A closed list: a keyword outside it would be checked by nobody or shown by no form, so it is
refused by name. Limits on size and depth keep a foreign schema cheap to walk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema, pointer_to

SIZE_MAX_BYTES = 64 * 1024
DEPTH_MAX = 20

_SHAPE = {"type", "enum", "const", "oneOf"}
_TEXT = {"format", "pattern", "minLength", "maxLength"}
_NUMBER = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_LIST = {"items", "minItems", "maxItems", "uniqueItems"}
_OBJECT = {"properties", "required", "additionalProperties", "propertyNames"}
_COUNT = {"minProperties", "maxProperties"}
_WORDS = {"title", "description", "default", "examples", "x-garland", "$schema", "$comment"}
KEYWORDS: frozenset[str] = frozenset().union(_SHAPE, _TEXT, _NUMBER, _LIST, _OBJECT, _COUNT, _WORDS)
FORMATS = frozenset({"email", "uri", "date-time", "date", "uuid", "hostname", "ipv4", "ipv6"})
WIDGETS = {
    "expression": {"string"},
    "textarea": {"string"},
    "code": {"string"},
    "secret": {"string"},
    "secret-lines": {"string"},
    "flow": {"string"},
    "table": {"string"},
    "decision-table": {"string"},
    "calendar": {"string"},
    "timezone": {"string"},
    "duration": {"number", "integer"},
    "segmented": {"string", "number", "integer", "boolean"},
    "select": {"string", "number", "integer", "boolean"},
}

Path = tuple[str | int, ...]


def check_profile(document: Mapping[str, Any], *, closed: bool) -> list[Problem]:
    """List what in a schema a block may not use; pointers are into the schema.

    Args:
        document: The schema.
        closed: Whether objects must refuse fields they don't name (config and input must).
    """
    try:
        size_bytes = len(json.dumps(document).encode())
    except (RecursionError, TypeError, ValueError):
        return [Problem("", "the schema is nested too deeply or is not JSON: simplify it")]
    if size_bytes > SIZE_MAX_BYTES:
        return [Problem("", f"the schema has {size_bytes} bytes: keep it within {SIZE_MAX_BYTES}")]
    problems = list(_walk(document, (), closed=closed))
    return problems or _compile_problems(document)


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """List the schemas directly inside a schema, each with its path."""
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        for name, part in properties.items():
            yield ("properties", name), part
    for keyword in ("items", "additionalProperties", "propertyNames"):
        part = schema.get(keyword)
        if part is not None and not isinstance(part, bool):
            yield (keyword,), part


def _walk(schema: Any, path: Path, *, closed: bool, depth: int = 0) -> Iterator[Problem]:
    here = pointer_to(path)
    if not isinstance(schema, Mapping):
        yield Problem(here, 'a schema is a JSON object, such as {"type": "string"}')
        return
    if depth > DEPTH_MAX:
        yield Problem(here, f"schemas may be nested {DEPTH_MAX} deep: flatten this one")
        return
    for keyword in schema:
        if keyword not in KEYWORDS:
            yield Problem(pointer_to((*path, keyword)), f"{keyword} is not supported: remove it")
    yield from _choices(schema, path)
    yield from _annotations(schema, path)
    if closed and schema.get("properties") and schema.get("additionalProperties") is not False:
        yield Problem(here, 'this object must be closed: add "additionalProperties": false')
    for step, part in subschemas(schema):
        yield from _walk(part, (*path, *step), closed=closed, depth=depth + 1)


def _choices(schema: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """`oneOf` is allowed as a list of titled constants only."""
    for index, choice in enumerate(schema.get("oneOf") or ()):
        fits = isinstance(choice, Mapping) and "const" in choice and set(choice) <= _CHOICE_KEYS
        if not fits:
            yield Problem(
                pointer_to((*path, "oneOf", index)),
                'oneOf lists choices here: write each as {"const": …, "title": …}',
            )


_CHOICE_KEYS = {"const", "title", "description"}


def _annotations(schema: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    named = schema.get("format")
    if named is not None and named not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        yield Problem(pointer_to((*path, "format")), f"{named} is not a known format: use {known}")
    extra = schema.get("x-garland")
    if extra is None:
        return
    where = pointer_to((*path, "x-garland"))
    if isinstance(extra, Mapping) and "written" in extra:
        if extra["written"] is not True:
            yield Problem(where, "written is true, or left out")
        extra = {name: value for name, value in extra.items() if name != "written"}
        if not extra:
            return
    widget = extra.get("widget") if isinstance(extra, Mapping) else None
    evaluated = extra.get("evaluated", "each-round") if isinstance(extra, Mapping) else None
    allowed = WIDGETS.get(widget) if isinstance(widget, str) else None
    if not allowed or evaluated != "each-round" or set(extra) - {"widget", "evaluated"}:
        yield Problem(where, f'x-garland must be {{"widget": …}} with one of {", ".join(WIDGETS)}')
    elif str(schema.get("type")) not in allowed:
        wanted = " or ".join(sorted(allowed))
        yield Problem(where, f"the widget {widget} needs the type {wanted}")


def _compile_problems(document: Mapping[str, Any]) -> list[Problem]:
    try:
        Schema(document)
    except InvalidError as error:
        return list(error.problems)
    except ValueError as error:  # a pattern that cannot be matched in linear time
        return [Problem("", f"the schema cannot be used: {error}")]
    return list(_default_problems(document, ()))


def _default_problems(schema: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    default = schema.get("default")
    is_expression = isinstance(default, str) and default.startswith("= ")
    if "default" in schema and not is_expression:
        for problem in Schema(schema).problems(default):
            where = pointer_to((*path, "default")) + problem.pointer
            yield Problem(where, f"the default does not fit: {problem.message}")
    for step, part in subschemas(schema):
        yield from _default_problems(part, (*path, *step))
