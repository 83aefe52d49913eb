"""What is mapped into a field is judged before publishing, as far as schemas tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.expressions.evaluating import ExpressionError, evaluate, kind_of
from runtime.flows.problems import FlowProblem
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

CALL = step("http-request", config={"method": "GET", "url": "http://tickets.example"})
BY_HAND = {"hand": {"kind": "manual"}}


def _problems(second: dict[str, Any], **parts: Any) -> list[FlowProblem]:
    steps = {"call": CALL, "next": second}
    document = {**flow_document(steps, ["hand > call", "call > next"], triggers=BY_HAND), **parts}
    return check_flow(document, standard_registry())


@pytest.mark.parametrize(
    ("second", "pointer", "message"),
    [
        pytest.param(
            step("wait", config={"for_s": "= 'soon'"}),
            "/steps/next/config/for_s",
            "next: for_s: 'soon' gives text, but it must be a number: "
            "convert it with int(…) or double(…)",
            id="an expression of another kind",
        ),
        pytest.param(
            step("write-log", config={"message": "= steps.call.output.status"}),
            "/steps/next/config/message",
            "next: message: steps.call.output.status gives a number, but it must be text: "
            "convert it with string(…)",
            id="a field of another kind",
        ),
        pytest.param(
            step("branch", config={"when": "steps.call.output.status"}),
            "/steps/next/config/when",
            "next: when: steps.call.output.status gives a number, but it must be true or false: "
            "compare it with something, such as == 'gold'",
            id="a condition that is none",
        ),
        pytest.param(
            step("write-log", config={"message": "= trigger.input.sight"}),
            "/steps/next/config/message",
            "next: message: trigger.input.sight is never there: choose one of site",
            id="a field that the workflow's input does not have",
        ),
    ],
)
def test_a_mapping_that_can_never_fit_names_field_and_remedy(
    second: dict[str, Any], pointer: str, message: str
) -> None:
    closed = {"properties": {"site": {"type": "string"}}, "additionalProperties": False}

    found = _problems(second, input=closed)

    assert [(one.pointer, one.message, one.step) for one in found] == [(pointer, message, "next")]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(
            step("wait", config={"for_s": "= steps.call.output.body.delay"}), id="unknown"
        ),
        pytest.param(step("wait", config={"for_s": "= steps.call.output.status"}), id="fits"),
        pytest.param(step("write-log", config={"message": "= steps.call.port"}), id="a port"),
        pytest.param(
            step("write-log", config={"message": "= string(steps.call.output.status)"}),
            id="converted",
        ),
        pytest.param(
            step("write-log", config={"message": "= steps.call.output.error.message"}),
            id="what the error port gives",
        ),
    ],
)
def test_a_mapping_that_may_fit_is_let_be(second: dict[str, Any]) -> None:
    assert _problems(second) == []


VALUES = st.sampled_from(["1", "1.5", "'x'", "true", "null", "[1]", "{'a': 1}", "duration('1s')"])
SIGNS = st.sampled_from(["+", "==", ">", "in"])
JSON_KINDS = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


@given(left=VALUES, sign=SIGNS, right=VALUES, other=VALUES)
def test_the_kind_told_is_the_kind_of_what_comes(
    left: str, sign: str, right: str, other: str
) -> None:
    for text in (left, f"{left} {sign} {right}", f"{left} == {right} ? {other} : {other}"):
        try:
            known, value = kind_of(text), evaluate(text, {})
        except ExpressionError:
            continue

        assert known in (None, JSON_KINDS[type(value)])


@pytest.mark.parametrize("value", ["a1", "= trigger.input.id", "= 1 +"])
def test_a_setting_that_a_block_does_not_have_is_a_problem_whatever_its_value(value: str) -> None:
    found = _problems(step("wait-for-event", config={"alarm": "a1", "alarm_id": value}))

    told = [one.message for one in found if one.pointer == "/steps/next/config/alarm_id"]
    assert "next: alarm_id is not a field here: remove it" in told


def test_a_setting_inside_a_list_that_a_block_does_not_have_is_a_problem() -> None:
    condition = {"label": "a", "is": "is", "value": "= 'b'", "worth": "= 'c'"}
    config = {"server": "https://a.example", "conditions": [condition]}

    found = _problems(step("create-silence", config=config))

    assert [one.pointer for one in found] == ["/steps/next/config/conditions/0/worth"]
