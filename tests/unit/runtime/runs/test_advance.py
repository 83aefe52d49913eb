"""The interpreter: what taken, dead, failed and waiting steps lead to."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.flows.model import RetryPolicy, parse_flow
from runtime.runs.advance import (
    Advance,
    Cancelled,
    Completed,
    Event,
    Failed,
    Finish,
    Perform,
    Started,
    Waiting,
    Woken,
    advance,
    pause_before,
)
from runtime.runs.plan import Plan, compile_plan
from runtime.runs.state import Outcome, RunState, Status
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import NOON


def make_plan(steps: Mapping[str, Any], wires: list[str]) -> Plan:
    return compile_plan(parse_flow(flow_document(steps, wires)))


def begin(plan: Plan) -> Advance:
    return advance(plan, RunState(), [Started("rule")], now=NOON)


def go(plan: Plan, state: RunState, *events: Event) -> Advance:
    return advance(plan, state, events, now=NOON)


DIAMOND = make_plan(
    {name: step("write-log") for name in ("a", "b", "c", "d")},
    ["rule > a", "a:yes > b", "a:no > c", "b > d", "c > d"],
)


def test_starting_performs_what_the_trigger_leads_to() -> None:
    assert begin(DIAMOND).commands == (Perform("a", 1),)


def test_a_trigger_that_did_not_start_the_run_leaves_its_wires_dead() -> None:
    plan = make_plan({"a": step("write-log"), "b": step("write-log")}, ["rule > a", "hand > b"])

    done = begin(plan)

    assert done.state.of("b").status is Status.DEAD


def test_a_join_runs_once_when_the_other_branch_is_dead() -> None:
    state = go(DIAMOND, begin(DIAMOND).state, Completed("a", 1, "yes")).state

    done = go(DIAMOND, state, Completed("b", 1, "done"))

    assert done.commands == (Perform("d", 1),)
    assert done.state.of("c").status is Status.DEAD


def test_joining_on_any_runs_at_the_first_and_never_again() -> None:
    steps = {"a": step("write-log"), "b": step("write-log"), "d": step("write-log", join="any")}
    plan = make_plan(steps, ["rule > a", "rule > b", "a > d", "b > d"])
    first = go(plan, begin(plan).state, Completed("a", 1, "done"))

    second = go(plan, first.state, Completed("b", 1, "done"))

    assert first.commands == (Perform("d", 1),)
    assert second.commands == ()


def test_the_run_succeeds_when_nothing_goes_on() -> None:
    plan = make_plan({"a": step("write-log")}, ["rule > a"])

    done = go(plan, begin(plan).state, Completed("a", 1, "done", {"n": 1}))

    assert done.commands == (Finish(Outcome.SUCCEEDED),)
    assert done.state.outputs() == {"a": {"port": "done", "output": {"n": 1}}}


def test_an_unwired_error_fails_the_run_and_names_the_step() -> None:
    plan = make_plan({"a": step("write-log")}, ["rule > a"])

    done = go(plan, begin(plan).state, Failed("a", 1, {"code": "x.y", "message": "no"}))

    assert done.state.outcome is Outcome.FAILED
    assert done.state.error == {"code": "x.y", "message": "no", "step": "a"}


def test_a_wired_error_port_catches() -> None:
    plan = make_plan({"a": step("write-log"), "b": step("write-log")}, ["rule > a", "a:error > b"])

    done = go(plan, begin(plan).state, Failed("a", 1, {"code": "x.y", "message": "no"}))

    assert done.commands == (Perform("b", 1),)
    assert done.state.outputs()["a"]["output"]["error"]["code"] == "x.y"


@pytest.mark.parametrize(
    ("asked_s", "pause_s"),
    [
        pytest.param(None, 2.0, id="the policy's own pause"),
        pytest.param(30.0, 30.0, id="what the other side asked for wins"),
    ],
)
def test_a_retryable_error_is_tried_again_after_a_pause(
    asked_s: float | None, pause_s: float
) -> None:
    plan = make_plan({"a": step("write-log", retry={"max": 1, "base_s": 2})}, ["rule > a"])
    failed = Failed("a", 1, {"code": "x", "message": "y"}, is_retryable=True, retry_after_s=asked_s)

    first = go(plan, begin(plan).state, failed)
    second = go(plan, first.state, Failed("a", 2, {"code": "x", "message": "y"}, is_retryable=True))

    assert first.commands == (Perform("a", 2, NOON + timedelta(seconds=pause_s)),)
    assert second.state.outcome is Outcome.FAILED


def test_a_waiting_step_leaves_when_its_instant_comes_and_not_before() -> None:
    plan = make_plan({"a": step("wait")}, ["rule > a"])
    until = NOON + timedelta(minutes=1)
    waiting = go(plan, begin(plan).state, Waiting("a", 1, until, "done")).state

    early = advance(plan, waiting, [Woken("a")], now=NOON)
    late = advance(plan, waiting, [Woken("a")], now=until)

    assert waiting.wake_at == until
    assert early.commands == ()
    assert late.commands == (Finish(Outcome.SUCCEEDED),)


def test_an_instant_survives_json_to_the_microsecond() -> None:
    plan = make_plan({"a": step("wait")}, ["rule > a"])
    until = NOON + timedelta(microseconds=1)
    state = go(plan, begin(plan).state, Waiting("a", 1, until, "done", {"n": 1})).state

    reread = RunState.from_document(json.loads(json.dumps(state.to_document())))

    assert reread == state
    assert reread.due_waits(NOON) == []
    assert reread.due_waits(until) == ["a"]


def test_a_failure_ends_the_run_though_another_branch_goes_on() -> None:
    steps = {"a": step("write-log"), "b": step("write-log"), "c": step("write-log")}
    plan = make_plan(steps, ["rule > a", "rule > b", "b > c"])
    failed = go(plan, begin(plan).state, Failed("a", 1, {"code": "x", "message": "y"}))

    late = go(plan, failed.state, Completed("b", 1, "done"))

    assert late == Advance(failed.state, ())
    assert late.state.outcome is Outcome.FAILED


def test_a_pause_is_never_over_an_hour() -> None:
    often = RetryPolicy(max=20, backoff="exponential", base_s=60)

    assert pause_before(often, attempt=19, asked_s=None) == 3_600
    assert pause_before(often, attempt=1, asked_s=90_000) == 3_600
    assert pause_before(RetryPolicy(backoff="fixed", base_s=5), attempt=9, asked_s=None) == 5


def test_two_thousand_steps_take_a_moment() -> None:
    names = [f"s{number}" for number in range(2_000)]
    wires = ["rule > s0", *(f"{a} > {b}" for a, b in pairwise(names))]
    plan = make_plan({name: step("write-log") for name in names}, wires)
    now, events = begin(plan), 1

    while now.state.outcome is None:
        (perform,) = now.commands
        assert isinstance(perform, Perform)
        now, events = go(plan, now.state, Completed(perform.step, 1, "done")), events + 1

    assert events == 2_001
    assert now.state.outcome is Outcome.SUCCEEDED


def test_a_result_of_another_attempt_changes_nothing() -> None:
    plan = make_plan({"a": step("write-log")}, ["rule > a"])
    state = begin(plan).state

    assert go(plan, state, Completed("a", 2, "done")).state == state


def test_a_cancelled_run_takes_no_more_events() -> None:
    plan = make_plan({"a": step("write-log")}, ["rule > a"])
    done = go(plan, begin(plan).state, Cancelled("by hand"))

    after = go(plan, done.state, Completed("a", 1, "done"))

    assert after.state.outcome is Outcome.CANCELLED
    assert after.commands == ()


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 9))
    names = [f"s{number}" for number in range(count)]
    wires = [f"rule > {names[0]}"]
    for index, name in enumerate(names[1:], start=1):
        sources = draw(st.lists(st.integers(0, index - 1), min_size=1, max_size=3, unique=True))
        for source in sources:
            port = draw(st.sampled_from(["done", "other", "error"]))
            wires.append(f"s{source}:{port} > {name}")
    steps = {
        name: step(
            "write-log",
            join=draw(st.sampled_from(["all", "any"])),
            retry={"max": draw(st.integers(0, 2)), "base_s": 1},
        )
        for name in names
    }
    return make_plan(steps, wires)


def _outcome_of(perform: Perform, dice: random.Random) -> Event:
    kind = dice.choice(["done", "done", "other", "fail", "retry", "wait"])
    if kind in ("fail", "retry"):
        error = {"code": "x", "message": "y"}
        return Failed(perform.step, perform.attempt, error, is_retryable=kind == "retry")
    if kind == "wait":
        return Waiting(perform.step, perform.attempt, NOON, "done")
    return Completed(perform.step, perform.attempt, kind, {"by": perform.step})


@settings(deadline=None, max_examples=300)
@given(plan=plans(), seed=st.integers(0, 2**32))
def test_every_run_ends_no_attempt_is_made_twice_and_states_survive_json(
    plan: Plan, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  a test
    journal: list[Event] = [Started("rule")]
    now = begin(plan)
    open_work = list(now.commands)
    made: list[tuple[str, int]] = []
    while now.state.outcome is None:
        waiting = [name for name, one in now.state.steps.items() if one.status is Status.WAITING]
        assert open_work or waiting, "a run that goes on has something to do"
        event: Event
        if open_work:
            perform = open_work.pop(dice.randrange(len(open_work)))
            assert isinstance(perform, Perform)
            made.append((perform.step, perform.attempt))
            event = _outcome_of(perform, dice)
        else:
            event = Woken(dice.choice(waiting))
        journal.append(event)
        reread = RunState.from_document(now.state.to_document())
        assert reread == now.state
        now = advance(plan, reread, [event], now=NOON)
        late = advance(plan, now.state, [event], now=NOON)
        assert late == Advance(now.state, ()), "a result that comes twice changes nothing"
        open_work += [one for one in now.commands if isinstance(one, Perform)]

    assert len(made) == len(set(made))
    assert advance(plan, RunState(), journal, now=NOON).state == now.state
