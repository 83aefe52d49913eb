"""Connections that a workflow names, checked before it is published."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.problems import Known
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

HAS = Known(connections={"Tickets": "basic", "Router": "ssh_key"})


def problems(connections: dict[str, str], known: Known = HAS) -> list[Any]:
    call = step("http-request", config={"url": "https://x.example"}, connections=connections)
    return check_flow(
        flow_document({"call": call}, ["hand > call", "rule > call"]), standard_registry(), known
    )


def test_a_connection_that_fits_is_no_problem() -> None:
    assert problems({"api": "Tickets"}) == []


def test_a_slot_that_may_be_empty_needs_none() -> None:
    assert problems({}) == []


@pytest.mark.parametrize(
    ("connections", "pointer", "said"),
    [
        pytest.param({"api": "Gone"}, "api", "there is no connection Gone: add it", id="unknown"),
        pytest.param({"api": "Router"}, "api", "Router is of the kind SSH key", id="kind"),
        pytest.param({"other": "Tickets"}, "other", "takes no connection other", id="slot"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_with_the_remedy(
    connections: dict[str, str], pointer: str, said: str
) -> None:
    found = problems(connections)

    assert [one.pointer for one in found] == [f"/steps/call/connections/{pointer}"]
    assert said in found[0].message
    assert found[0].step == "call"


def test_what_takes_a_step_back_is_checked_as_well() -> None:
    undo = {"block": "garland.http-request", "version": "1.0.0", "config": {"url": "https://x.y"}}
    call = step("write-log", config={"message": "x"}, undo={**undo, "connections": {"api": "Gone"}})
    document = flow_document({"call": call}, ["hand > call", "rule > call"])

    found = check_flow(document, standard_registry(), HAS)

    assert [one.pointer for one in found] == ["/steps/call/undo/connections/api"]


def test_without_knowing_the_tenant_names_are_not_checked() -> None:
    assert problems({"api": "Gone"}, Known()) == []
