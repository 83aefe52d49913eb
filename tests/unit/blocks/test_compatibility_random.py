"""Of random pairs of schemas, no breaking change is ever called compatible."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from blocks.compatibility import Bump, compare, needed_bump
from blocks.manifest import Manifest, manifest_problems, parse_manifest
from kernel.schema import Schema, covers
from tests.factories.packages import make_manifest
from tests.support.size import examples

NAMES = st.sampled_from(["a", "b", "c"])
SMALL = st.integers(0, 6)
MUCH = settings(
    max_examples=examples(60, at_night=4_000),
    suppress_health_check=list(HealthCheck),
)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["string", "integer", "number", "boolean", "enum", "null"]))
    if kind == "enum":
        values = st.lists(st.sampled_from(["x", "y", 1, 1.5, True, None]), min_size=1, max_size=4)
        return {
            "enum": draw(values.map(lambda found: [*dict.fromkeys(map(_kept, found))]).map(_read))
        }
    low, high = sorted((draw(SMALL), draw(SMALL)))
    known: dict[str, dict[str, Any]] = {
        "string": {
            "minLength": low,
            "maxLength": high,
            "pattern": draw(st.sampled_from(["^x", "y$", "^[a-c]*$"])),
        },
        "integer": {"minimum": low, "maximum": high, "multipleOf": draw(st.integers(1, 3))},
        "number": {"exclusiveMinimum": low, "maximum": high},
    }
    limits = known.get(kind, {})
    chosen = draw(st.sets(st.sampled_from(sorted(limits)))) if limits else set()
    return {"type": kind, **{name: limits[name] for name in sorted(chosen)}}


def _kept(value: Any) -> str:
    return repr(value)


def _read(values: list[str]) -> list[Any]:
    known = {repr(one): one for one in ("x", "y", 1, 1.5, True, None)}
    return [known[one] for one in values]


def lists(of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {"minItems": st.integers(0, 2), "maxItems": SMALL, "uniqueItems": st.booleans()}
    return st.fixed_dictionaries({"type": st.just("array"), "items": of}, optional=optional)


@st.composite
def objects(draw: st.DrawFn, of: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, of, max_size=3))
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    required = (
        draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
    )
    return {**found, "required": required} if required else found


SCHEMAS = st.recursive(leaves(), lambda of: st.one_of(lists(of), objects(of)), max_leaves=4)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give two objects that differ in one field, or in everything."""
    old = draw(objects(SCHEMAS))
    if not old["properties"] or draw(st.integers(0, 3)) == 0:
        return old, draw(objects(SCHEMAS))
    name = draw(st.sampled_from(sorted(old["properties"])))
    field = _loosened(old["properties"][name], draw)
    return old, {**old, "properties": {**old["properties"], name: field}}


def _loosened(schema: dict[str, Any], draw: st.DrawFn) -> dict[str, Any]:
    limits = [name for name in schema if name not in ("type", "properties", "items", "enum")]
    if not limits:
        return draw(SCHEMAS)
    name = draw(st.sampled_from(sorted(limits)))
    return {key: value for key, value in schema.items() if key != name}


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Give what fits, mostly: objects and lists field by field, the rest by its schema."""
    if schema.get("type") == "object":
        fields = {name: fitting(one) for name, one in schema["properties"].items()}
        needed = {name: fields.pop(name) for name in schema.get("required", ())}
        return st.fixed_dictionaries(needed, optional=fields)
    if schema.get("type") == "array":
        least = schema.get("minItems", 0)
        most = max(least, schema.get("maxItems", 4))
        if fitting(schema["items"]).is_empty:
            return st.nothing() if least else st.just([])
        return st.lists(fitting(schema["items"]), min_size=least, max_size=most)
    return from_schema(schema)


def _manifest(**said: Any) -> Manifest:
    document = make_manifest(**said)
    assume(not manifest_problems(document))
    return parse_manifest(document)


@MUCH
@given(pairs(), st.data())
def test_what_fitted_the_old_settings_fits_the_new_where_no_break_is_told(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    old, new = pair
    found = compare(_manifest(config=old), _manifest(config=new))
    assume(needed_bump(found) < Bump.MAJOR)

    instance = data.draw(fitting(old))

    assert not Schema(old).accepts(instance) or Schema(new).accepts(instance)


@MUCH
@given(pairs(), st.data())
def test_what_leaves_by_a_new_port_fits_the_old_where_no_break_is_told(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    new, old = pair
    ports = [[{"name": "done", "title": "Done", "schema": one}] for one in (old, new)]
    found = compare(_manifest(outputs=ports[0]), _manifest(outputs=ports[1]))
    assume(needed_bump(found) < Bump.MAJOR)

    instance = data.draw(fitting(new))

    assert not Schema(new).accepts(instance) or Schema(old).accepts(instance)


@MUCH
@given(pairs(), st.data())
def test_a_schema_that_covers_another_takes_whatever_fits_it(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    for wider, narrower in (pair, pair[::-1]):
        if covers(wider, narrower):
            instance = data.draw(fitting(narrower))

            assert not Schema(narrower).accepts(instance) or Schema(wider).accepts(instance)
