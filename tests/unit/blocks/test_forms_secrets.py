"""What is secret never comes back to the page, wherever it stands and however wrong it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.forms import form_fields, read_form
from kernel.schema import Schema
from tests.fakes.form_schemas import objects
from tests.fakes.forms import render_form, submit

CANARY = "canary-7f3a"
SECRET = {"type": "string", "x-garland": {"widget": "secret"}}


def inside(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["held"],
        "properties": {"held": schema},
    }


PLACES = [
    pytest.param(SECRET, CANARY, id="a field"),
    pytest.param({**SECRET, "enum": ["a", CANARY]}, CANARY, id="one of a list of values"),
    pytest.param({**SECRET, "maxLength": 3}, CANARY, id="too long"),
    pytest.param({**SECRET, "pattern": "^[0-9]+$"}, CANARY, id="of the wrong form"),
    pytest.param({**SECRET, "format": "email"}, CANARY, id="of the wrong format"),
    pytest.param(SECRET, [CANARY], id="of the wrong type"),
    pytest.param({"type": "array", "items": SECRET}, [CANARY, CANARY], id="a list"),
    pytest.param({"type": "array", "items": SECRET}, CANARY, id="where a list should be"),
    pytest.param({"type": "object", "additionalProperties": SECRET}, {"a": CANARY}, id="a map"),
    pytest.param({"type": "object", "additionalProperties": SECRET}, [CANARY], id="no map"),
    pytest.param(inside(SECRET), {"held": CANARY}, id="a group"),
    pytest.param(inside(SECRET), [CANARY], id="where a group should be"),
    pytest.param({"type": "array", "items": inside(SECRET)}, [CANARY], id="an entry of a list"),
]


@pytest.mark.parametrize(("schema", "held"), PLACES)
def test_a_secret_is_not_on_the_page(schema: dict[str, Any], held: Any) -> None:
    form, value = inside(schema), {"held": held}
    problems = Schema(form).problems(value)

    html = render_form(form_fields(form, value, problems))

    shown = html.replace("must be one of &#34;a&#34;, &#34;" + CANARY, "")  # of the schema itself
    assert CANARY not in shown


@pytest.mark.parametrize(
    ("schema", "held"),
    [one for one in PLACES if one.id in ("a field", "a list", "a map", "a group", "too long")],
)
def test_a_secret_whose_control_is_left_empty_is_kept(schema: dict[str, Any], held: Any) -> None:
    form, value = inside(schema), {"held": held}

    assert read_form(form, submit(render_form(form_fields(form, value))), previous=value) == value


def test_an_entry_with_a_secret_that_is_taken_out_leaves_the_others_theirs() -> None:
    form = inside({"type": "array", "items": inside(SECRET)})
    value = {"held": [{"held": "first"}, {"held": "second"}]}
    html = render_form(form_fields(form, value))

    read = read_form(form, submit(html, _op="del:/held/0"), previous=value)

    assert read == {"held": [{"held": "second"}]}


def test_an_expression_in_a_secrets_place_is_shown_and_can_be_cleared() -> None:
    form, value = inside(SECRET), {"held": "= vars.token"}
    html = render_form(form_fields(form, value))

    assert 'value="= vars.token"' in html
    assert read_form(form, submit(html, __held=""), previous=value) == {"held": ""}


def test_more_secrets_than_rows_are_drawn_for_other_things_are_all_kept() -> None:
    form = inside({"type": "array", "items": SECRET})
    value = {"held": [f"{CANARY}-{number}" for number in range(600)]}

    html = render_form(form_fields(form, value))

    assert CANARY not in html
    assert read_form(form, submit(html), previous=value) == value


@settings(max_examples=100)
@given(objects(st.just(SECRET) | st.just(inside(SECRET)), nullable=False), st.data())
def test_whatever_stands_where_secrets_may_stand_is_not_on_the_page(
    schema: dict[str, Any], data: st.DataObject
) -> None:
    wrong = st.sampled_from([CANARY, [CANARY], {"held": CANARY}, {"held": [CANARY]}])
    value = {name: data.draw(wrong) for name in schema["properties"]}

    html = render_form(form_fields(schema, value, Schema(schema).problems(value)))

    assert CANARY not in html
