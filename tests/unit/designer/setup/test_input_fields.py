"""The fields of a start form and their JSON Schema: one says what the other says, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.forms import Choice
from designer.setup.form import read_settings, settings_fields, value_of
from designer.setup.input_fields import KINDS, field_problems, fields_of, schema_of
from kernel.schema import check_schema
from runtime.flow_control.parts import parts_of
from tests.factories.flows import chain_document
from tests.fakes.forms import render_form, submit

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@st.composite
def field_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw fields with names of their own."""
    names = draw(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), unique=True))
    return [draw(_field(name)) for name in names]


def _field(name: str) -> st.SearchStrategy[dict[str, Any]]:
    def complete(found: dict[str, Any]) -> dict[str, Any]:
        words = {word: text for word, text in found.items() if text != "" and word != "choices"}
        choices = {"choices": found["choices"]} if found["kind"] == "choice" else {}
        return {"name": name, **words, **choices}

    return st.fixed_dictionaries(
        {
            "kind": st.sampled_from(list(KINDS)),
            "required": st.booleans(),
            "title": WORDS,
            "help": WORDS,
            "choices": st.lists(
                st.from_regex(r"[A-Za-zÄé0-9][a-z !,.]{0,8}[a-z0-9]", fullmatch=True),
                min_size=1,
                unique=True,
            ).map("\n".join),
        }
    ).map(complete)


@given(field_lists())
def test_fields_come_back_from_the_schema_they_made(fields: list[dict[str, Any]]) -> None:
    schema = schema_of(fields)

    assert check_schema(schema) == []
    assert fields_of(schema) == fields


@given(field_lists())
def test_the_order_of_fields_does_not_hang_on_the_order_of_keys(
    fields: list[dict[str, Any]],
) -> None:
    schema = schema_of(fields)
    if schema:
        schema["properties"] = dict(sorted(schema["properties"].items()))

    assert fields_of(schema) == fields


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"type": "object"}, id="no fields named"),
        pytest.param({"type": "object", "properties": {"a": {"type": "string"}}}, id="open"),
        pytest.param({**schema_of([{"name": "a", "kind": "text"}]), "minProperties": 1}, id="more"),
        pytest.param(
            schema_of([{"name": "a", "kind": "choice", "choices": "x"}])
            | {"properties": {"a": {"type": "string", "enum": ["two\nlines"]}}},
            id="a choice of two lines",
        ),
        pytest.param({"$ref": "#/$defs/x", "$defs": {"x": {}}}, id="reference"),
        pytest.param({"properties": True, "propertyNames": {"enum": 5}}, id="rubbish"),
        pytest.param(
            {**schema_of([{"name": "a", "kind": "text"}]), "required": "a"}, id="required is text"
        ),
    ],
)
def test_a_schema_that_fields_cannot_say_exactly_is_left_alone(schema: dict[str, Any]) -> None:
    assert fields_of(schema) is None


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        pytest.param([{"name": "a"}, {"name": "a"}], "/1/name", id="the same name twice"),
        pytest.param([{"name": "a", "kind": "choice"}], "/0/choices", id="nothing to choose"),
        pytest.param(
            [{"name": "a", "kind": "choice", "choices": "x\nx"}], "/0/choices", id="twice"
        ),
    ],
)
def test_what_makes_no_form_is_named_with_its_place(fields: list[Any], where: str) -> None:
    assert [problem.pointer for problem in field_problems(fields)] == [where]


@settings(max_examples=25)
@given(field_lists())
def test_the_settings_of_a_document_come_back_from_its_form(fields: list[dict[str, Any]]) -> None:
    document = {
        **chain_document(1),
        "settings": {
            "concurrency": {"policy": "queue", "most": 2, "key": "= trigger.alarm.managed_object"},
            "on_failure": {"alarm": "major", "flow": "tell"},
        },
        "vars": {"n": 1, "names": ["a"], "text": "5"},
        "input": schema_of(fields),
    }
    offered = [Choice(value="tell", label="Tell")]

    shown = settings_fields(value_of(document), (), offered)
    filled = read_settings(document, submit(render_form(list(shown.values()))))

    assert filled.problems == ()
    assert filled.parts == parts_of(document)


def test_a_schema_written_by_hand_is_kept_as_it_is_sent() -> None:
    document = {**chain_document(1), "input": {"type": "object", "minProperties": 1}}
    shown = settings_fields(value_of(document), (), ())
    form = submit(render_form(list(shown.values())), input_schema='{"minProperties": 2}')

    assert read_settings(document, form).parts["input"] == {"minProperties": 2}
