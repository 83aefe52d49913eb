"""Steps that are switched off: passed over, by their first port, with nothing done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.runs.advance import Advance, advance
from runtime.runs.events import (
    Completed,
    Conclude,
    Event,
    Failed,
    Finish,
    Opened,
    PassedOver,
    Perform,
    Started,
)
from runtime.runs.pins import alone
from runtime.runs.plan import Plan
from runtime.runs.programs import compile_program
from runtime.runs.state import Outcome, RunState, Status
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import NOON

LOG = step("write-log", config={"message": "x"})
OFF = {**LOG, "disabled": True}


def make_plan(steps: Mapping[str, Any], wires: list[str]) -> Plan:
    return compile_program(flow_document(steps, wires), standard_registry()).plan


def begin(plan: Plan) -> Advance:
    return go(plan, RunState(), Started("rule"))


def go(plan: Plan, state: RunState, *events: Event) -> Advance:
    return advance(plan, state, events, now=NOON)


def test_the_run_goes_on_behind_it_at_once_with_an_empty_output() -> None:
    plan = make_plan({"a": OFF, "b": LOG}, ["rule > a", "a > b"])

    done = begin(plan)

    assert done.commands == (PassedOver("a", "done"), Perform("b", 1))
    assert done.state.seen_from("") == {"a": {"port": "done", "output": {}}}


@pytest.mark.parametrize(
    ("block", "config", "port"),
    [
        pytest.param("branch", {"when": "false"}, "yes", id="the yes of a question"),
        pytest.param(
            "switch",
            {"cases": [{"when": "false", "port": "gold"}, {"when": "true", "port": "silver"}]},
            "gold",
            id="the first case",
        ),
        pytest.param("none-such", {}, "done", id="a block that is not installed"),
    ],
)
def test_it_is_left_by_its_first_port_that_is_no_error(
    block: str, config: Mapping[str, Any], port: str
) -> None:
    plan = make_plan({"a": step(block, config=config, disabled=True)}, ["rule > a"])

    assert begin(plan).commands == (PassedOver("a", port), Finish(Outcome.SUCCEEDED))


def test_the_wires_of_its_other_ports_are_dead() -> None:
    steps = {"a": {**step("branch", config={"when": "true"}), "disabled": True}, "b": LOG, "c": LOG}
    plan = make_plan(steps, ["rule > a", "a:yes > b", "a:no > c"])

    done = begin(plan)

    assert done.state.of("c").status is Status.DEAD
    assert Perform("b", 1) in done.commands


def test_it_waits_for_its_wires_like_any_step_and_is_dead_when_they_are() -> None:
    plan = make_plan({"a": LOG, "b": OFF, "c": OFF}, ["rule > a", "a > b", "a:error > c"])
    first = begin(plan)

    done = go(plan, first.state, Completed("a", 1, "done"))

    assert first.state.of("b").status is Status.IDLE
    assert done.commands == (PassedOver("b", "done"), Finish(Outcome.SUCCEEDED))
    assert done.state.of("c").status is Status.DEAD


def test_a_loop_that_is_off_does_no_round() -> None:
    loop = step("for-each", config={"items": [1, 2]}, disabled=True)
    loop["body"] = {"steps": {"inner": LOG}, "wires": []}
    plan = make_plan({"each": loop, "after": LOG}, ["rule > each", "each > after"])

    done = begin(plan)

    assert done.commands == (PassedOver("each", "done"), Perform("after", 1))
    assert done.state.loops == {}


def test_a_round_of_steps_that_are_all_off_is_over_at_once() -> None:
    loop = step("for-each", config={"items": [1]})
    loop["body"] = {"steps": {"one": OFF, "two": OFF}, "wires": [{"from": "one", "to": "two"}]}
    plan = make_plan({"each": loop}, ["rule > each"])

    done = go(plan, begin(plan).state, Opened(step="each", attempt=1, items=(1,)))

    passed = (PassedOver("each[0].one", "done"), PassedOver("each[0].two", "done"))
    assert done.commands == (*passed, Conclude("each", 0))


def test_nothing_of_it_is_taken_back_when_the_run_fails() -> None:
    plan = make_plan({"a": {**OFF, "undo": LOG}, "b": LOG}, ["rule > a", "a > b"])

    done = go(plan, begin(plan).state, Failed("b", 1, {"code": "x", "message": "y"}))

    assert done.state.outcome is Outcome.FAILED
    assert not [one for one in done.commands if isinstance(one, Perform)]


def test_tried_alone_it_is_performed_all_the_same() -> None:
    plan = alone(make_plan({"a": OFF}, ["rule > a"]), "a")

    assert begin(plan).commands == (Perform("a", 1),)
