"""What can hurt many is approved first, or it is said."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.problems import Known
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()
ASK = step("approval")
DEVICE = step("run-device-command")
LOG = step("write-log")


def unapproved(document: dict[str, Any], **known: Any) -> list[tuple[str, str]]:
    found = check_flow(document, REGISTRY, Known(**known))
    return [(one.step, one.severity) for one in found if "nobody approves it" in one.message]


def to(count: int) -> dict[str, Any]:
    return step("send-email", config={"to": [f"{n}@x.example" for n in range(count)]})


@pytest.mark.parametrize(
    ("steps", "wires", "told"),
    [
        pytest.param({"cut": DEVICE}, ["rule > cut"], ["cut"], id="straight away"),
        pytest.param(
            {"ask": ASK, "cut": DEVICE}, ["rule > ask", "ask:approved > cut"], [], id="asked"
        ),
        pytest.param(
            {"ask": ASK, "cut": DEVICE}, ["rule > ask", "ask:rejected > cut"], ["cut"], id="refused"
        ),
        pytest.param(
            {"ask": ASK, "cut": DEVICE},
            ["rule > ask", "ask:approved > cut", "hand > cut"],
            ["cut"],
            id="a way round it",
        ),
        pytest.param(
            {"ask": ASK, "log": LOG, "cut": DEVICE},
            ["rule > ask", "ask:approved > log", "log:done > cut"],
            [],
            id="asked long before",
        ),
        pytest.param(
            {"ask": {**ASK, "disabled": True}, "cut": DEVICE},
            ["rule > ask", "ask:approved > cut"],
            ["cut"],
            id="an approval that is switched off",
        ),
        pytest.param({"cut": {**DEVICE, "disabled": True}}, ["rule > cut"], [], id="switched off"),
        pytest.param({"mail": to(20)}, ["rule > mail"], [], id="few people"),
        pytest.param({"mail": to(21)}, ["rule > mail"], ["mail"], id="many people"),
        pytest.param(
            {"each": step("for-each", body={"steps": {"mail": to(1)}, "wires": []})},
            ["rule > each"],
            ["mail"],
            id="each round of a loop",
        ),
        pytest.param({"read": step("ask-device")}, ["rule > read"], [], id="only reads"),
    ],
)
def test_what_is_dangerous_and_not_approved_is_a_warning(
    steps: dict[str, Any], wires: list[str], told: list[str]
) -> None:
    assert unapproved(flow_document(steps, wires)) == [(id_, "warning") for id_ in told]


def test_it_is_an_error_where_approval_is_demanded() -> None:
    document = flow_document({"cut": DEVICE}, ["rule > cut"])

    assert unapproved(document, unapproved="error") == [("cut", "error")]
