"""Forms of any schema: schema, form, submitted values, and the verdict the validator gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from blocks._profile import check_profile
from blocks.forms import form_fields, read_form, unplaced_problems
from blocks.forms._kinds import is_nullable, kind_of
from blocks.registry import Block, standard_registry
from blocks.schemas import field_schema, is_expression, with_defaults
from kernel.schema import Schema
from tests.fakes.form_schemas import NAMES, SCHEMAS, values_like, values_of
from tests.fakes.forms import render_form, submit
from tests.support.size import examples

SLOW = settings(
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
PARTS = [
    pytest.param(block, part, id=f"{block.manifest.id} {part}")
    for block in standard_registry().all()
    for part in ("config", "input")
    if getattr(block.manifest, part).get("properties")
]


def through_the_form(schema: dict[str, Any], value: Any) -> Any:
    html = render_form(form_fields(schema, value))
    return read_form(schema, submit(html), previous=value)


def can_be_typed(value: Any) -> bool:
    """Tell whether a browser sends the texts as they are; expressions and unnamed rows are not."""
    if isinstance(value, str):
        return "\r" not in value and "\x00" not in value and not is_expression(value)
    if isinstance(value, dict):
        return "" not in value and all(map(can_be_typed, [*value, *value.values()]))
    return all(map(can_be_typed, value)) if isinstance(value, list) else True


def as_shown(schema: Any, value: Any) -> Any:
    """Give what the form shows of a value: the few things that HTML cannot tell apart.

    An empty control is no text where none must be, an unticked box is false, a row of a list that
    is empty is not there.
    """
    value = with_defaults(schema, value)
    if value is None or not isinstance(value, dict | list):
        return None if value == "" and is_nullable(schema) else value
    if isinstance(value, list):
        items = schema.get("items", {})
        shown = [as_shown(items, item) for item in value]
        return [item for item in shown if item != "" or kind_of(items) == "choice"]
    if kind_of(schema) != "group":
        return {name: as_shown(field_schema(schema, name), item) for name, item in value.items()}
    return {
        name: item
        for name, part in schema["properties"].items()
        if (item := _field(part, value, name, name in schema.get("required", ()))) is not ABSENT
    }


def _field(part: Any, value: dict[str, Any], name: str, required: bool) -> Any:
    kind, nullable = kind_of(part), is_nullable(part)
    if name not in value:
        empty = {"boolean": False} if not required else BLANKS
        blank = empty.get(kind, ABSENT)
        return None if nullable and required else as_shown(part, blank)
    if nullable and not required and not part.get("default") and value[name] == "":
        return ABSENT
    shown = as_shown(part, value[name])
    stays = required and (not nullable or kind in ("list", "map"))
    if not _is_blank(part, shown) or part.get("default") or stays:
        return shown
    return None if nullable and required else ABSENT


def _is_blank(schema: Any, value: Any) -> bool:
    kind = kind_of(schema)
    return value in {"list": ([],), "map": ({},), "choice": ()}.get(kind, ("",))


ABSENT: Any = object()
BLANKS = {"boolean": False, "list": [], "map": {}, "group": {}} | dict.fromkeys(
    ["text", "textarea", "email", "uri", "date", "datetime"], ""
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)


@SLOW
@given(SCHEMAS, st.data())
def test_what_fits_comes_back_as_it_was(schema: dict[str, Any], data: st.DataObject) -> None:
    assert check_profile(schema, closed=True) == []
    value = data.draw(values_of(schema).filter(can_be_typed))
    shown = as_shown(schema, value)

    assert through_the_form(schema, value) == shown


@SLOW
@given(SCHEMAS, st.data())
def test_what_may_not_fit_gets_the_same_verdict(
    schema: dict[str, Any], data: st.DataObject
) -> None:
    compiled = Schema(schema)
    value = data.draw(values_like(schema).filter(can_be_typed))
    shown = as_shown(schema, value)

    returned = through_the_form(schema, value)

    assert compiled.accepts(returned) is compiled.accepts(shown), returned


@pytest.mark.parametrize(("offered", "value"), [("null", None), ("5", 5), ("true", True)])
def test_a_value_that_only_reads_like_a_choice_is_not_chosen(offered: str, value: Any) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": [offered]}}, "required": ["a"]}

    assert through_the_form(schema, {"a": value}) == {}


@SLOW
@given(SCHEMAS, st.data())
def test_what_came_out_of_a_form_comes_out_again(
    schema: dict[str, Any], data: st.DataObject
) -> None:
    once = through_the_form(schema, data.draw(values_of(schema).filter(can_be_typed)))

    assert through_the_form(schema, once) == once


@SLOW
@given(SCHEMAS, st.data())
def test_every_error_stands_beside_its_field(schema: dict[str, Any], data: st.DataObject) -> None:
    value = data.draw(values_like(schema).filter(can_be_typed))
    problems = Schema(schema).problems(with_defaults(schema, value))
    assume(problems)

    fields = form_fields(schema, value, problems)

    assert unplaced_problems(fields, problems) == []
    assert "field__error" in render_form(fields)


@SLOW
@given(SCHEMAS, st.recursive(st.none() | st.booleans() | st.integers() | st.text(), _nested))
def test_any_json_at_all_is_shown_and_read_without_an_error(
    schema: dict[str, Any], value: Any
) -> None:
    read = through_the_form(schema, value)

    assert isinstance(read, dict)


@pytest.mark.parametrize(("block", "part"), PARTS)
@settings(SLOW, max_examples=examples(6))
@given(data=st.data())
def test_a_standard_blocks_form_gives_the_same_verdict(
    block: Block, part: str, data: st.DataObject
) -> None:
    schema = getattr(block.manifest, part)
    compiled = Schema(schema)
    value = data.draw((values_of(schema) | values_like(schema)).filter(can_be_typed))

    returned = through_the_form(schema, value)

    assert compiled.accepts(returned) is compiled.accepts(as_shown(schema, value)), returned
