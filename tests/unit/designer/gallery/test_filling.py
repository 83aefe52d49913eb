"""Templates are read strictly, and values are put at their places and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from designer.gallery.filling import filled
from designer.gallery.form import first_values, problems_of, shown_schema, template_fields
from designer.gallery.library import library
from designer.gallery.model import TemplateError, parse_template
from designer.gallery.needs import Slot, slots_of
from designer.gallery.own import offering
from designer.gallery.own.offering import candidates_of
from designer.gallery.played import told
from designer.gallery.trying import rehearse, trials_of
from runtime.flows.exchange.secrets import without_secrets
from tests.factories.flows import flow_document, step
from tests.factories.gallery import template_document
from tests.factories.tenancy import NOON

FLOW: dict[str, Any] = template_document()["flow"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"template": 2}, "/template", id="another version"),
        pytest.param({"category": "magic"}, "/category", id="unknown category"),
        pytest.param({"places": {}}, "/parameters/properties/to", id="put nowhere"),
        pytest.param(
            {"places": {"to": ["/flow/steps/tell/config/to"], "x": ["/flow/name"]}},
            "/places/x",
            id="a place of nothing",
        ),
        pytest.param(
            {"places": {"to": ["/flow/steps/no/config/to"]}}, "/places/to/0", id="nowhere"
        ),
        pytest.param({"places": {"to": ["/title/x"]}}, "/places/to/0", id="outside of the parts"),
    ],
)
def test_refuses_a_document_that_is_no_template(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parse_template(template_document(**changes), key="t")

    assert pointer in [one.pointer for one in refused.value.problems]


@given(st.lists(st.text(max_size=20), max_size=4))
def test_a_value_changes_its_places_and_nothing_else(value: list[str]) -> None:
    made = filled(parse_template(template_document(), key="t"), {"to": value})

    assert made["flow"]["steps"]["tell"]["config"].pop("to") == value
    made["flow"]["steps"]["tell"]["config"]["to"] = ["a@example.com"]
    assert made == {"flow": FLOW}


def test_filling_a_template_in_leaves_the_template_as_it_is() -> None:
    template = parse_template(template_document(), key="t")

    filled(template, {"to": ["b@example.com"]})["flow"]["steps"].clear()

    assert template.flow == FLOW


def test_a_connection_that_is_not_chosen_is_not_named() -> None:
    template = library()["flapping-link"]

    made = filled(
        template, first_values(template, (Slot(parameter="login", title="", fitting=()),))
    )

    assert "device" not in made["flow"]["steps"]["out"]["connections"]


def test_offers_the_connections_that_fit_and_chooses_the_only_one() -> None:
    template, registry = library()["flapping-link"], standard_registry()

    [slot] = slots_of(template, registry, {"Routers": "ssh_key", "Shop": "api_key"})

    assert slot.fitting == ("Routers",)
    assert first_values(template, [slot])["login"] == "Routers"
    assert shown_schema(template, [slot])["properties"]["login"]["oneOf"] == [
        {"const": "Routers", "title": "Routers"}
    ]


def test_does_not_ask_for_a_connection_where_none_fits() -> None:
    template = library()["flapping-link"]
    slots = slots_of(template, standard_registry(), {})
    values = first_values(template, slots)

    assert "/values/login" not in [one.name for one in template_fields(template, slots, values)]
    assert problems_of(template, slots, values) == []


def test_example_addresses_become_the_persons_own() -> None:
    values = first_values(library()["ddos"], (), email="ada@acme.example")

    assert values["call"] == values["customer"] == ["ada@acme.example"]


def test_says_what_is_wrong_with_what_was_filled_in() -> None:
    template = library()["capacity-threshold"]
    values = {**first_values(template, ()), "urgent": 7}

    assert [one.pointer for one in problems_of(template, (), values)] == ["/urgent"]


def test_a_kept_template_asks_for_what_was_ticked_and_keeps_the_rest() -> None:
    registry = standard_registry()
    candidates = candidates_of(FLOW, registry)
    said = {"title": "Mine", "summary": "S", "category": "other"}

    made = offering.template_document(FLOW, said, ["/steps/tell/config/to"], candidates)
    template = parse_template(made, key="t")

    assert {"/steps/tell/config/to", "/steps/tell/config/subject"} <= {
        one.pointer for one in candidates
    }
    assert filled(template, {"p1": ["b@example.com"]})["flow"]["steps"]["tell"]["config"]["to"] == [
        "b@example.com"
    ]


def test_a_kept_template_has_no_secrets_and_says_where_they_stood() -> None:
    config = {"url": "https://x.test", "headers": {"Authorization": "Bearer 1", "X-Kind": "a"}}
    flow = flow_document({"call": step("http-request", config=config)}, ["hand > call"])

    bare, gone = without_secrets(flow, standard_registry())

    assert bare["steps"]["call"]["config"]["headers"] == {"X-Kind": "a"}
    assert gone == ["/steps/call/config/headers/Authorization"]


def test_expressions_are_nothing_that_a_form_asks_for() -> None:
    flow = flow_document(
        {"log": step("write-log", config={"message": "= trigger.alarm.text"})}, ["hand > log"]
    )

    assert candidates_of(flow, standard_registry()) == []


def test_a_rehearsal_is_told_by_names_and_the_words_of_the_ways_out() -> None:
    template = library()["flapping-link"]
    done = rehearse(template.document, trials_of(template)[1], standard_registry(), now=NOON)

    beats = told(done, template.flow, standard_registry())

    assert [(one.title, one.outcome) for one in beats][:2] == [
        ("Put its alarm on the shelf", "Done"),
        ("May traffic leave the link?", "Rejected"),
    ]
