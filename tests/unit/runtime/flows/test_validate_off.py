"""What the check of a workflow says of steps that are switched off."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step


def found(steps: dict[str, Any], wires: list[str]) -> list[tuple[str, str]]:
    problems = check_flow(flow_document(steps, wires), standard_registry())
    return [(one.severity, one.message) for one in problems]


WIRES = ["rule > site", "hand > site", "site:found > log"]


@pytest.mark.parametrize("reads", ["steps.site.output.tier", "steps.site.output.?tier.orValue('')"])
def test_who_reads_a_step_that_is_off_is_warned_by_its_title(reads: str) -> None:
    site = step("look-up-table", config={"table": "sites"}, input={"key": "x"})
    log = step("write-log", title="Note", config={"message": f"= {reads}"})

    assert found({"site": {**site, "title": "Site", "disabled": True}, "log": log}, WIRES) == [
        (
            "warning",
            "Note: message: Site is off and gives nothing: switch it on, or read another",
        )
    ]


@pytest.mark.parametrize(
    ("is_off", "severity"),
    [pytest.param(True, "warning", id="off"), pytest.param(False, "error", id="on")],
)
def test_a_setting_that_is_missing_stops_publishing_only_while_the_step_is_on(
    is_off: bool, severity: str
) -> None:
    branch = step("branch", **({"disabled": True} if is_off else {}))

    assert found({"a": branch}, ["rule > a", "hand > a"]) == [
        (severity, "a: When is missing: give it a value")
    ]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        pytest.param("= steps.gone.output", "there is no step gone", id="a step that is gone"),
        pytest.param("= vars.gone", "there is no variable gone", id="a variable that is gone"),
        pytest.param("= (((", "a: message: ", id="half an expression"),
    ],
)
@pytest.mark.parametrize(
    ("is_off", "severity"),
    [pytest.param(True, "warning", id="off"), pytest.param(False, "error", id="on")],
)
def test_an_expression_that_nobody_evaluates_stops_publishing_only_while_the_step_is_on(
    message: str, told: str, is_off: bool, severity: str
) -> None:
    log = step("write-log", config={"message": message}, **({"disabled": True} if is_off else {}))

    [(said, text)] = found({"a": log}, ["rule > a", "hand > a"])

    assert (said, told in text) == (severity, True)


def test_a_trigger_cannot_be_off() -> None:
    document = flow_document({"a": step("end")}, ["rule > a"])
    document["triggers"] = {"rule": {"kind": "rule", "disabled": True}}

    problem = check_flow(document, standard_registry())[0]

    assert (problem.severity, problem.pointer) == ("error", "/triggers/rule/disabled")
