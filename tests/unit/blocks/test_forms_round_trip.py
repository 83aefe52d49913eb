"""Whatever the schema: a value that went through its form gets the same verdict as before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blocks.forms import form_fields, read_form
from blocks.registry import Block, standard_registry
from blocks.schemas import authoring_problems, with_defaults
from kernel.schema import Schema
from tests.fakes.forms import render_form, submit

# What a form cannot tell from an empty control ("") or what a browser rewrites (CR) is left out.
TEXTS = st.text(
    st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), min_size=1, max_size=8
)
EXPRESSIONS = st.sampled_from(["= 1 + 1", "= trigger.alarm.text"])
NAMES = st.sampled_from(["a", "b/c", "d~e", "f g", "é"])
NUMBERS = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6, allow_nan=False).map(
    lambda number: round(number, 3)
)


def scalars() -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    """Draw pairs of a schema and a value that may or may not fit its limits."""
    options = st.lists(
        st.sampled_from(["x", "y", "1", "true"]), min_size=1, max_size=4, unique=True
    )
    return st.one_of(
        pairs({"type": "string", "minLength": 3}, TEXTS),
        pairs({"type": "string", "x-garland": {"widget": "textarea"}}, TEXTS),
        pairs({"type": "string", "format": "email"}, TEXTS | st.just("a@example.com")),
        pairs({"type": "number", "maximum": 100}, NUMBERS),
        pairs({"type": "integer"}, NUMBERS),
        pairs({"type": "number", "x-garland": {"widget": "duration"}}, NUMBERS),
        pairs({}, st.none() | st.booleans() | NUMBERS | TEXTS | st.lists(NUMBERS, max_size=2)),
        options.flatmap(lambda offered: pairs({"enum": offered}, st.sampled_from(["x", "z"]))),
        pairs({"enum": [1, "1", True, None]}, st.sampled_from([1, "1", True, 2])),
    )


def pairs(
    schema: dict[str, Any], values: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    return st.tuples(st.just(schema), values | EXPRESSIONS)


def lists(
    inner: st.SearchStrategy[tuple[dict[str, Any], Any]],
) -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    return st.tuples(inner, st.integers(0, 3)).map(
        lambda drawn: (
            {"type": "array", "items": drawn[0][0], "minItems": 2},
            [drawn[0][1]] * drawn[1],
        )
    )


def maps(
    inner: st.SearchStrategy[tuple[dict[str, Any], Any]],
) -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    return st.tuples(inner, st.sets(NAMES, max_size=3)).map(
        lambda drawn: (
            {"type": "object", "additionalProperties": drawn[0][0], "maxProperties": 2},
            dict.fromkeys(sorted(drawn[1]), drawn[0][1]),
        )
    )


def objects(
    inner: st.SearchStrategy[tuple[dict[str, Any], Any]],
) -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    field = st.tuples(inner, st.booleans(), st.booleans())
    return st.dictionaries(NAMES, field, min_size=1, max_size=4).map(
        lambda fields: (
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: pair[0] for name, (pair, _, _) in fields.items()},
                "required": [name for name, (_, required, _) in fields.items() if required],
            },
            {name: pair[1] for name, (pair, _, there) in fields.items() if there},
        )
    )


DRAWN = objects(st.recursive(scalars(), lambda inner: lists(inner) | maps(inner) | objects(inner)))


def through_the_form(schema: dict[str, Any], value: Any) -> Any:
    html = render_form(form_fields(schema, value))
    return read_form(schema, submit(html), previous=value)


def as_a_form_holds_it(schema: dict[str, Any], value: Any) -> Any:
    """Empty where a form has empty controls: required ones are there, optional ones are not."""
    if isinstance(value, list):
        items = schema.get("items", {})
        return [as_a_form_holds_it(items, item) for item in value if item is not None]
    if not isinstance(value, dict):
        return value
    if "properties" not in schema:
        inner = schema.get("additionalProperties", {})
        return {name: as_a_form_holds_it(inner, item) for name, item in value.items()}
    held: dict[str, Any] = {}
    for name, part in schema["properties"].items():
        required = name in schema["required"]
        item = value.get(name, EMPTY.get(part.get("type", "")) if required else None)
        item = None if item is None else as_a_form_holds_it(part, item)
        is_rows = item in ([], {}) and "properties" not in part and part.get("type") in EMPTY
        if item is not None and (required or not is_rows):
            held[name] = item
    return held


EMPTY: dict[str, Any] = {"string": "", "array": [], "object": {}}


UNSAID: dict[str, Any] = {"b/c": {"type": "array", "items": {}, "minItems": 2}}


@settings(max_examples=80)
@given(DRAWN)
@example(({"type": "object", "properties": UNSAID, "required": []}, {"b/c": [None]}))
def test_the_verdict_is_the_same(drawn: tuple[dict[str, Any], Any]) -> None:
    schema, value = drawn[0], as_a_form_holds_it(*drawn)
    compiled = Schema(schema)

    returned = through_the_form(schema, value)

    before = authoring_problems(compiled, value)
    assert bool(authoring_problems(compiled, returned)) is bool(before), returned
    if not before:
        assert through_the_form(schema, returned) == returned


EXAMPLES = [
    pytest.param(block, part, value, id=f"{block.manifest.id} {part}: {example['title']}")
    for block in standard_registry().all()
    for example in block.manifest.examples
    for part, value in (("config", example.get("config")), ("input", example.get("input")))
    # An example says what the block gets: its conditions are true or false by then, not text.
    if value and not authoring_problems(getattr(block, f"{part}_schema"), value)
]


@pytest.mark.parametrize(("block", "part", "value"), EXAMPLES)
def test_the_standard_blocks_examples_survive_their_forms(
    block: Block, part: str, value: dict[str, Any]
) -> None:
    schema = block.manifest.config if part == "config" else block.manifest.input

    # A form leaves an emptied list out; where the default is empty too, that says the same.
    returned = with_defaults(schema, through_the_form(schema, value))

    assert returned == with_defaults(schema, value)
