"""A table asked by itself answers by its hit policy, with outputs by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from kernel.schema import Schema
from runtime.rules.tables.asking import ask_table, input_schema, output_schema
from runtime.rules.tables.model import parse_table
from tests.factories.tables import make_plain_table, make_row, make_table, make_table_document
from tests.unit.runtime.rules.tables.strategies import alarms, tables

LOAD = "attributes.load"
LOW_AND_HIGH = [("< 10", "low"), ("[5..20]", "high")]
SCORED: dict[str, Any] = {
    "inputs": [{"field": LOAD, "kind": "number"}],
    "outputs": [
        {"to": "value", "name": "word", "kind": "text"},
        {"to": "value", "name": "score", "kind": "number"},
    ],
    "rows": [make_row(["< 10"], ["low", "1"]), make_row(["[5..20]"], ["high", "2"])],
}


@pytest.mark.parametrize(
    ("hit", "load", "expected"),
    [
        pytest.param("first", 7, ("decided", [1]), id="the first counts"),
        pytest.param("first", 30, ("none", []), id="none matches"),
        pytest.param("unique", 3, ("decided", [1]), id="the only one counts"),
        pytest.param("unique", 7, ("several", [1, 2]), id="two may not match"),
        pytest.param("any", 7, ("several", [1, 2]), id="two may not differ"),
        pytest.param("collect", 7, ("decided", [1, 2]), id="all count"),
    ],
)
def test_the_hit_policy_says_which_rows_count(
    hit: str, load: float, expected: tuple[str, list[int]]
) -> None:
    answer = ask_table(make_plain_table(LOW_AND_HIGH, hit=hit), {LOAD: load})

    assert (answer.port, answer.output["rows"]) == expected


def test_rows_that_say_the_same_may_match_together_under_any() -> None:
    table = make_plain_table([("< 10", "low"), ("< 20", "low")], hit="any")

    assert ask_table(table, {LOAD: 7}).output == {"rows": [1], "values": {"word": "low"}}


def test_collected_rows_give_a_result_each() -> None:
    answer = ask_table(make_table(hit="collect", **SCORED), {LOAD: 7})

    assert answer.output["results"] == [{"word": "low", "score": 1}, {"word": "high", "score": 2}]


def test_numbers_that_are_added_up_stand_apart_from_the_results() -> None:
    answer = ask_table(make_table(hit="collect", aggregate="sum", **SCORED), {LOAD: 7})

    assert answer.output == {
        "rows": [1, 2],
        "results": [{"word": "low"}, {"word": "high"}],
        "values": {"score": 3},
    }


def test_a_text_that_is_set_is_filled_from_what_the_table_looks_at() -> None:
    table = make_table(rows=[make_row(["-", "-"], ["team-{attributes.site}", ""])])
    alarm = {"attributes": {"site": "BER1"}}

    assert ask_table(table, {}, alarm).output["values"] == {"team": "team-BER1", "do": None}


def test_a_value_given_by_name_goes_before_the_alarms() -> None:
    table = make_plain_table([("> 5", "much")])

    answer = ask_table(table, {LOAD: 7}, {"attributes": {"load": 1}})

    assert answer.port == "decided"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param({LOAD: "much"}, "give a number, such as 90 or 2.5", id="another kind"),
        pytest.param({"load": 5}, f"load is no input of this table: use {LOAD}", id="another name"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(values: Any, words: str) -> None:
    with pytest.raises(InvalidError) as refused:
        ask_table(make_plain_table(LOW_AND_HIGH), values)

    (problem,) = refused.value.problems
    assert problem.message.endswith(words)
    assert problem.pointer == f"/values/{next(iter(values))}"


@given(st.data())
def test_an_answer_fits_the_schema_that_was_promised(data: st.DataObject) -> None:
    document = data.draw(tables(("first", "unique", "any", "collect")))
    alarm = data.draw(alarms(["raised"]))

    answer = ask_table(parse_table(document), {}, alarm)

    if answer.port == "decided":
        assert Schema(output_schema(document)).problems(answer.output) == []


def test_inputs_are_described_in_the_order_of_the_columns() -> None:
    described = input_schema(make_table_document())

    assert described["propertyNames"]["enum"] == ["perceived_severity", LOAD]
    assert described["properties"][LOAD] == {"title": "Load", "type": "number"}


def test_outputs_are_named_by_what_they_are() -> None:
    names = output_schema(make_table_document())["properties"]["values"]["properties"]

    assert list(names) == ["team", "do"]
