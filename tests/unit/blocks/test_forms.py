"""Forms made from schemas: what is drawn, what is read back, and what the buttons do."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from blocks.forms import Choice, Field, form_fields, read_form, unplaced_problems
from kernel.errors import Problem
from kernel.schema import Schema
from tests.fakes.forms import render_form, submit

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "mode", "level"],
    "properties": {
        "name": {"type": "string", "title": "Name", "description": "Short.", "minLength": 1},
        "note": {"type": "string", "x-garland": {"widget": "textarea"}},
        "tries": {"type": "integer", "minimum": 0, "default": 3},
        "on": {"type": "boolean"},
        "mode": {"enum": ["fast", "slow"]},
        "level": {"oneOf": [{"const": n, "title": f"Level {n}"} for n in range(5)]},
        "pause_s": {"type": "number", "x-garland": {"widget": "duration"}},
        "key": {"type": "string", "x-garland": {"widget": "secret"}},
        "table": {"type": "string", "x-garland": {"widget": "table"}},
        "when": {"type": "string", "x-garland": {"widget": "expression"}},
        "free": {},
        "to": {"type": "array", "items": {"type": "string", "format": "email"}},
        "cases": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["port"],
                "properties": {"port": {"type": "string", "minLength": 1}, "n": {"type": "number"}},
            },
        },
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "login": {
            "type": "object",
            "additionalProperties": False,
            "required": ["user"],
            "properties": {"user": {"type": "string"}, "save": {"type": "boolean"}},
        },
    },
}
FULL: dict[str, Any] = {
    "name": 'Kiel "1" <b>',
    "note": "\nfirst\nsecond",
    "tries": 5,
    "on": True,
    "mode": "slow",
    "level": 4,
    "pause_s": 300,
    "table": "sites",
    "when": "trigger.alarm.text == 'x'",
    "free": {"a": [1, "two", None]},
    "to": ["a@example.com", "= steps.a.output.mail"],
    "cases": [{"port": "gold", "n": 2.5}, {"port": "silver"}],
    "headers": {"X-Trace": "1", "Accept/it": "~"},
    "login": {"user": "me", "save": False},
}
CHOICES = {"table": [Choice(value="sites", label="Sites")]}


def fields_by_name(fields: list[Field]) -> dict[str, Field]:
    return {field.name: field for field in fields}


def round_trip(value: Any, **changed: str) -> dict[str, Any]:
    html = render_form(form_fields(SCHEMA, value, choices=CHOICES))
    return read_form(SCHEMA, submit(html, **changed), previous=value)


def test_a_value_comes_back_as_it_went_in() -> None:
    assert round_trip(FULL) == FULL


def test_an_empty_form_gives_only_defaults_and_required_texts() -> None:
    assert round_trip({}) == {"name": "", "tries": 3, "on": False}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("7", 7, id="a whole number"),
        pytest.param(" 7 ", 7, id="spaces around a number"),
        pytest.param("7.5", 7.5, id="a fraction is kept for the validator to refuse"),
        pytest.param("seven", "seven", id="text is kept as it was typed"),
        pytest.param("NaN", "NaN", id="not a number"),
        pytest.param("9" * 400, "9" * 400, id="too many digits"),
        pytest.param("= steps.a.output.n", "= steps.a.output.n", id="an expression"),
    ],
)
def test_reads_a_number(typed: str, read: object) -> None:
    assert round_trip({}, __tries=typed)["tries"] == read


def test_a_cleared_number_is_left_out() -> None:
    assert "tries" not in round_trip({}, __tries="")


def test_shows_what_was_typed_and_what_is_wrong_beside_it() -> None:
    value = round_trip(FULL, __tries="seven", __cases__0__port="")
    problems = Schema(SCHEMA).problems(value)

    fields = fields_by_name(form_fields(SCHEMA, value, problems, choices=CHOICES))

    assert fields["/tries"].text == "seven"
    assert fields["/tries"].error == "Tries must be a whole number"
    assert fields["/cases"].rows[0].fields[0].children[0].error == "Port must not be empty"
    assert 'aria-invalid="true"' in render_form([fields["/tries"]])
    assert unplaced_problems(list(fields.values()), problems) == []


def test_a_problem_in_a_map_stands_beside_the_row_of_its_key() -> None:
    problem = Problem("/headers/Accept~1it", "too odd")

    fields = fields_by_name(form_fields(SCHEMA, FULL, [problem]))

    assert [row.fields[0].error for row in fields["/headers"].rows] == ["", "too odd"]


def test_a_problem_without_a_field_is_left_for_the_head_of_the_form() -> None:
    problem = Problem("/gone", "gone is not a field here: remove it")

    assert unplaced_problems(form_fields(SCHEMA, FULL, [problem]), [problem]) == [problem]


def test_never_shows_a_stored_secret_and_keeps_it_when_left_empty() -> None:
    value = {**FULL, "key": "s3cret"}

    html = render_form(form_fields(SCHEMA, value))

    assert "s3cret" not in html
    assert "Stored; leave empty to keep it" in html
    assert read_form(SCHEMA, submit(html), previous=value)["key"] == "s3cret"
    assert read_form(SCHEMA, submit(html, __key="new"), previous=value)["key"] == "new"
    assert "key" not in read_form(SCHEMA, submit(html, _op="del:/key"), previous=value)


def test_a_picker_offers_its_choices_and_keeps_what_is_no_longer_offered() -> None:
    fields = fields_by_name(form_fields(SCHEMA, {"table": "old"}, choices=CHOICES))

    assert [choice.value for choice in fields["/table"].choices] == ["sites", "old"]
    assert fields["/table"].text == "old"


def test_a_wrong_kind_of_value_is_shown_as_text() -> None:
    value = {"cases": "none", "on": "perhaps", "login": 5}

    assert round_trip(value) == {**value, "name": "", "tries": 3}


@pytest.mark.parametrize("rubbish", [None, [], "x", 5])
def test_a_value_that_is_no_object_gives_the_empty_form(rubbish: object) -> None:
    assert form_fields(SCHEMA, rubbish) == form_fields(SCHEMA, {})


@pytest.mark.parametrize(
    ("operation", "pointer", "expected"),
    [
        pytest.param("add:/to", "to", [*FULL["to"], ""], id="add to a list of texts"),
        pytest.param("add:/cases", "cases", [*FULL["cases"], {}], id="add to a list of objects"),
        pytest.param("del:/cases/0", "cases", [{"port": "silver"}], id="delete from a list"),
        pytest.param("up:/cases/1", "cases", FULL["cases"][::-1], id="move up"),
        pytest.param("up:/cases/0", "cases", FULL["cases"], id="the first stays first"),
        pytest.param("add:/headers", "headers", {**FULL["headers"], "": ""}, id="add to a map"),
        pytest.param("del:/headers/0", "headers", {"Accept/it": "~"}, id="delete from a map"),
        pytest.param("fx:/mode", "mode", "= ", id="to an expression"),
        pytest.param("fx:/cases/0", "cases", ["= ", {"port": "silver"}], id="an entry likewise"),
        pytest.param("plain:/mode", "mode", None, id="back to a plain value"),
        pytest.param("del:/login", "login", None, id="delete a group"),
        pytest.param("del:/cases/99", "cases", FULL["cases"], id="an entry that is not there"),
        pytest.param("del:/nowhere/1/2", "cases", FULL["cases"], id="a place that is not there"),
        pytest.param("explode:/cases/0", "cases", FULL["cases"], id="an unknown verb"),
        pytest.param("del", "cases", FULL["cases"], id="no place at all"),
    ],
)
def test_a_button_changes_the_form(operation: str, pointer: str, expected: object) -> None:
    assert round_trip(FULL, _op=operation).get(pointer) == expected


def test_adds_a_group_that_was_not_there() -> None:
    value = round_trip({"name": "a"}, _op="add:/login")

    assert value["login"] == {}
    assert round_trip(value)["login"] == {"user": "", "save": False}


def test_an_empty_row_stays_while_editing_and_goes_when_saved() -> None:
    edited = round_trip({**FULL, "to": ["", "b@example.com"]}, _op="del:/to/1")

    assert edited["to"] == [""]
    assert "to" not in round_trip(edited)


def test_the_second_of_two_equal_keys_is_kept_under_another_name() -> None:
    assert round_trip(FULL, __headers__1__key="X-Trace")["headers"] == {
        "X-Trace": "1",
        "X-Trace (2)": "~",
    }


def test_several_forms_share_a_page() -> None:
    html = render_form(
        [*form_fields(SCHEMA, FULL, at="/config"), *form_fields(SCHEMA, {}, at="/input")]
    )

    form = submit(html, _op="add:/config/to")

    assert read_form(SCHEMA, form, at="/config")["to"] == [*FULL["to"], ""]
    assert "to" not in read_form(SCHEMA, form, at="/input")


def test_reads_anything_that_is_sent() -> None:
    form = MultiDict({"/cases/x/port": "a", "/to/-1": "b", "/headers/0": "c", "/level": "9"})

    assert read_form(SCHEMA, form) == {"name": "", "level": "9"}


def test_what_people_alone_write_has_no_button_for_an_expression() -> None:
    rows = {"type": "array", "items": {"type": "integer"}}
    written = {**rows, "x-garland": {"written": True}}
    schema = {"type": "object", "properties": {"free": rows, "ours": written}}

    free, ours = form_fields(schema, {"free": [1], "ours": [1]})

    assert (free.can_toggle, ours.can_toggle) == (True, False)
    assert [field.can_toggle for row in ours.rows for field in row.fields] == [False]
    assert form_fields(schema, {"ours": "= [1]"})[1].can_toggle  # the way back to a list


def test_a_problem_names_its_field_as_the_form_does() -> None:
    schema = {"type": "object", "properties": {"within_s": {"type": "integer", "title": "Within"}}}
    problem = Problem("/within_s", "within_s is missing: give it a value")

    (field,) = form_fields(schema, {}, problems=[problem])

    assert field.error == "Within is missing: give it a value"
