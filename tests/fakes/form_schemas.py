"""Schemas within the block profile, drawn at random, and values of their shape that may not fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from kernel import schema as fitting

Schema = dict[str, Any]

NAMES = st.sampled_from(["a", "b/c", "d~e", "f g", "é", "site", "#unit"])
LIMITS = ("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "multipleOf")
COUNTS = ("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "propertyNames")
PATTERNS = st.sampled_from(["^[a-z]{1,4}$", "^[A-Z]{3}-[0-9]+$", "[0-9]"])
FORMATS = st.sampled_from(["email", "uri", "date", "date-time", "uuid", "ipv4", "hostname"])
MIXED: st.SearchStrategy[Any] = st.sampled_from(
    ["x", "", "1", "true", "null", " y", 1, 2.5, True, False, None, [1], {}]
)


def _some(draw: st.DrawFn, keywords: Mapping[str, st.SearchStrategy[Any]]) -> Schema:
    return {name: draw(values) for name, values in keywords.items() if draw(st.booleans())}


@st.composite
def texts(draw: st.DrawFn) -> Schema:
    """A text: plain, long, with limits, of a pattern or a format, or one that may be null."""
    kind = draw(st.sampled_from(["plain", "area", "limits", "pattern", "format", "null"]))
    if kind == "area":
        return {"type": "string", "x-garland": {"widget": "textarea"}}
    if kind == "null":
        return {"type": ["string", "null"], **_some(draw, {"minLength": st.integers(0, 3)})}
    more: dict[str, Schema] = {
        "limits": {"minLength": draw(st.integers(0, 2)), "maxLength": draw(st.integers(2, 9))},
        "pattern": {"pattern": draw(PATTERNS)},
        "format": {"format": draw(FORMATS)},
    }
    default = {"default": "hello"} if kind == "plain" and draw(st.booleans()) else {}
    return {"type": "string", **more.get(kind, {}), **default}


@st.composite
def numbers(draw: st.DrawFn) -> Schema:
    """A number with bounds and steps, as plain, as a duration, or one that may be null."""
    named = draw(st.sampled_from(["number", "integer"]))
    bounds = {"minimum": st.integers(-9, 0), "maximum": st.integers(7, 99)}
    steps = st.sampled_from([1, 2, 5, 0.5] if named == "number" else [1, 2, 5])
    schema = _some(draw, {**bounds, "multipleOf": steps})
    if draw(st.booleans()):
        return {"type": draw(st.sampled_from([named, [named, "null"]])), **schema}
    return {"type": named, **schema, "x-garland": {"widget": "duration"}}


@st.composite
def choices(draw: st.DrawFn) -> Schema:
    """What is ticked or chosen: true or false, a constant, some of any type, some with titles."""
    offered = draw(st.lists(MIXED, min_size=1, max_size=4, unique_by=repr))
    plain = [{"type": "boolean"}, {"type": ["boolean", "null"]}, {"type": "null"}]
    titled = {"oneOf": [{"const": one, "title": f"No. {n}"} for n, one in enumerate(offered)]}
    distinct = len({str(float(one)) if _is_number(one) else repr(one) for one in offered})
    lists = [{"enum": offered}, {"const": offered[0]}]
    return draw(st.sampled_from([*plain, *lists, *([titled] if distinct == len(offered) else [])]))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@st.composite
def lists(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    """A list of anything, with limits."""
    counts = {"minItems": st.integers(0, 2), "maxItems": st.integers(2, 4)}
    return {
        "type": draw(st.sampled_from(["array", ["array", "null"]])),
        "items": draw(inner),
        **_some(draw, {**counts, "uniqueItems": st.just(True)}),
    }


@st.composite
def maps(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    """A free map, its names limited or not."""
    words = st.just({"pattern": "^[a-z]{1,5}$"})
    limits = {"maxProperties": st.integers(1, 3), "propertyNames": words}
    return {"type": "object", "additionalProperties": draw(inner), **_some(draw, limits)}


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Schema], *, nullable: bool = True) -> Schema:
    """A closed object, some of whose fields are required."""
    fields = draw(st.dictionaries(NAMES, inner, min_size=1, max_size=4))
    named = draw(st.sampled_from(["object", ["object", "null"]])) if nullable else "object"
    return {
        "type": named,
        "additionalProperties": False,
        "properties": fields,
        "required": [name for name in fields if draw(st.booleans())],
    }


def _inside(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return lists(inner) | maps(inner) | objects(inner)


_SINGLE: st.SearchStrategy[Schema] = texts() | numbers() | choices() | st.just({})
SCHEMAS = objects(st.recursive(_SINGLE, _inside, max_leaves=6), nullable=False)


def values_of(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit."""
    return _values(schema).filter(fitting.Schema(schema).accepts)


def values_like(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the shape, that may break every limit."""
    return _values(loosened(schema))


def _values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:  # noqa: PLR0911  a shape each
    """Draw objects and lists part by part, and what is in them from its schema."""
    named = schema.get("type")
    nothing = st.none() if isinstance(named, list) and "null" in named else st.nothing()
    if schema.get("properties"):
        parts = {name: _values(part) for name, part in schema["properties"].items()}
        there = {name: parts.pop(name) for name in schema.get("required", ())}
        return nothing | st.fixed_dictionaries(there, optional=parts)
    if isinstance(schema.get("additionalProperties"), Mapping):
        names = from_schema({"type": "string", **schema.get("propertyNames", {})})
        most = schema.get("maxProperties", 3)
        return st.dictionaries(names, _values(schema["additionalProperties"]), max_size=most)
    if isinstance(schema.get("items"), Mapping):
        size = {"min_size": schema.get("minItems", 0), "max_size": schema.get("maxItems", 4)}
        return nothing | st.lists(_values(schema["items"]), **size)
    if named in ("object", ["object", "null"]):
        return nothing | st.sampled_from([{}, {"a": None}, {"a": [1, "b"]}])
    if not named and not {"enum", "const", "oneOf"} & set(schema):
        return _ANYTHING
    return from_schema({name: value for name, value in schema.items() if name != "x-garland"})


_ANYTHING = st.sampled_from([None, True, 0, 1.5, "", "five", "5", [], ["a", 1], {}, {"a": None}])


def loosened(schema: Mapping[str, Any]) -> Schema:
    """Take every limit from a schema, at any depth: what fits has its shape and nothing more.

    What only reads like a choice, such as a number where its text is offered, is not chosen in the
    form, which a test of its own shows.
    """
    gone = {*LIMITS, *COUNTS, "default", "x-garland"}

    def without(one: Schema) -> Schema:
        kept = {name: value for name, value in one.items() if name not in gone}
        if "enum" in kept or "const" in kept or "oneOf" in kept:
            return {"enum": ["x", "z", *(one for one in (1, 2, None) if not alike(kept, one))]}
        return kept

    def alike(choices: Schema, value: Any) -> bool:
        titled = [one["const"] for one in choices.get("oneOf", ())]
        return json.dumps(value) in [*choices.get("enum", ()), choices.get("const"), *titled]

    return _changed(schema, without)


def _changed(schema: Mapping[str, Any], change: Callable[[Schema], Schema]) -> Schema:
    changed = change(dict(schema))
    if "properties" in changed:
        fields = changed["properties"].items()
        changed["properties"] = {name: _changed(part, change) for name, part in fields}
    for keyword in ("items", "additionalProperties"):
        if isinstance(changed.get(keyword), dict):
            changed[keyword] = _changed(changed[keyword], change)
    return changed
