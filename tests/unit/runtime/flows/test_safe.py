"""Documents of workflows for those who may only read them."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.safe import for_reader
from runtime.secrecy import MASK
from tests.factories.flows import flow_document, step

KEY = "k-9f86d081"
CALL = step(
    "http-request",
    config={"url": "https://tickets.test", "headers": {"Authorization": KEY}},
    input={"body": {"password": KEY, "title": "Link down"}},
)


def read(document: dict[str, Any], *, may_change: bool = False) -> dict[str, Any]:
    return dict(for_reader(document, standard_registry(), may_change=may_change))


def test_settings_and_input_of_a_step_are_masked_and_the_rest_stays() -> None:
    shown = read(flow_document({"call": CALL}, ["rule > call"]))["steps"]["call"]

    assert shown["config"] == {"url": "https://tickets.test", "headers": {"Authorization": MASK}}
    assert shown["input"] == {"body": {"password": MASK, "title": "Link down"}}
    assert shown["block"] == CALL["block"]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            flow_document({"call": step("set-data", undo=CALL)}, []), id="what undoes a step"
        ),
        pytest.param(
            flow_document({"each": step("for-each", body={"steps": {"a": CALL}, "wires": []})}, []),
            id="the body of a loop",
        ),
        pytest.param({**flow_document({}, []), "vars": {"api_key": KEY}}, id="variables"),
        pytest.param(
            flow_document({"gone": {**CALL, "version": "9.0.0"}}, []),
            id="a block that is not installed",
        ),
    ],
)
def test_no_part_of_a_document_shows_a_secret(document: dict[str, Any]) -> None:
    assert KEY in str(document)
    assert KEY not in str(read(document))


def test_a_step_named_like_a_secret_stays_a_step() -> None:
    document = flow_document({"token": step("set-data", config={"values": {"n": 1}})}, [])

    assert read(document) == document


def test_who_may_change_it_is_given_it_whole() -> None:
    document = flow_document({"call": CALL}, ["rule > call"])

    assert read(document, may_change=True) == document
