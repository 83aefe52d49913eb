"""Problems by step, and what mends them where that is obvious."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from designer.problems.panel import Group, problem_groups
from runtime.flows.problems import Known
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()
LOG = step("write-log", config={"message": "x"})


def groups(document: dict[str, Any], **connections: str) -> list[Group]:
    found = check_flow(document, REGISTRY, Known(connections=connections))
    return problem_groups(found, document, REGISTRY, connections)


def fixes(document: dict[str, Any], **connections: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (one.fix.label, one.fix.deed)
        for group in groups(document, **connections)
        for one in group.problems
        if one.fix is not None
    ]


def test_steps_with_errors_come_first_and_each_has_its_own() -> None:
    document = flow_document(
        {"loose": LOG, "mail": step("send-email", title="Tell")},
        ["rule > mail"],
        triggers={"rule": {"kind": "rule"}},
    )

    found = groups(document)

    assert [(one.title, one.is_bad) for one in found] == [("Tell", True), ("Write log", False)]


def test_the_step_is_named_above_its_problems_and_not_in_them() -> None:
    steps = {"write_log": LOG, "write_log_2": step("write-log")}

    found = groups(flow_document(steps, ["hand > write_log", "write_log > write_log_2"]))[0]

    told = [one.message for one in found.problems]
    assert (found.title, told) == ("Write log", ["Message is missing: give it a value"])


@pytest.mark.parametrize(
    ("steps", "wires", "label", "deed"),
    [
        pytest.param(
            {"log": LOG},
            ["rule > log", "log:done > gone"],
            "Remove the wire",
            {"do": "unwire", "from": "log:done", "to": "gone"},
            id="a wire to nothing",
        ),
        pytest.param(
            {"log": LOG, "next": LOG},
            ["rule > log"],
            "Connect it after Write log",
            {"do": "wire", "from": "log:done", "to": "next"},
            id="a step that nothing leads to",
        ),
        pytest.param(
            {"log": {**LOG, "version": "0.1.0"}},
            ["rule > log"],
            "Use version 1.0.0",
            {"do": "set", "step": "log", "path": ["version"], "value": "1.0.0"},
            id="a version that is not installed",
        ),
    ],
)
def test_what_is_obvious_is_offered(
    steps: dict[str, Any], wires: list[str], label: str, deed: dict[str, Any]
) -> None:
    document = flow_document(steps, wires, triggers={"rule": {"kind": "rule"}})

    assert fixes(document) == [(label, deed)]


def test_the_one_connection_that_fits_is_offered_and_two_are_not() -> None:
    chat = step("send-chat-message")
    document = flow_document({"chat": chat}, ["rule > chat"], triggers={"rule": {"kind": "rule"}})
    slot = REGISTRY.find("garland.send-chat-message", "1.0.0").manifest.secrets[0]  # type: ignore[union-attr]
    kind = slot.accepts[0]

    one = fixes(document, ops=kind)

    deed = {"do": "set", "step": "chat", "path": ["connections", slot.slot], "value": "ops"}
    assert one == [("Use ops", deed)]
    assert fixes(document, ops=kind, noc=kind) == []


def test_of_two_loose_ends_none_is_guessed() -> None:
    document = flow_document(
        {"log": LOG, "other": LOG, "next": LOG},
        ["rule > log", "rule > other"],
        triggers={"rule": {"kind": "rule"}},
    )

    assert fixes(document) == []
