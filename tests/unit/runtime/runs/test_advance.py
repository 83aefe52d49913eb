"""The interpreter: what taken, dead, failed and waiting steps lead to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from blocks.manifest import Retry
from runtime.flows.model import parse_flow
from runtime.runs.advance import Advance, advance, pause_before
from runtime.runs.events import (
    Abandon,
    Cancelled,
    Completed,
    Ended,
    Event,
    Failed,
    Finish,
    Perform,
    Reopened,
    Started,
    Waiting,
    Woken,
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
    assert done.state.seen_from("") == {"a": {"port": "done", "output": {"n": 1}}}


def test_an_unwired_error_fails_the_run_and_names_the_step() -> None:
    plan = make_plan({"a": step("write-log")}, ["rule > a"])

    done = go(plan, begin(plan).state, Failed("a", 1, {"code": "x.y", "message": "no"}))

    assert done.state.outcome is Outcome.FAILED
    assert done.state.error == {"code": "x.y", "message": "no", "step": "a"}


def test_a_wired_error_port_catches() -> None:
    plan = make_plan({"a": step("write-log"), "b": step("write-log")}, ["rule > a", "a:error > b"])

    done = go(plan, begin(plan).state, Failed("a", 1, {"code": "x.y", "message": "no"}))

    assert done.commands == (Perform("b", 1),)
    assert done.state.seen_from("")["a"]["output"]["error"]["code"] == "x.y"


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
    retry = {"max": 1, "base_s": 2, "jitter": 0}
    plan = make_plan({"a": step("write-log", retry=retry)}, ["rule > a"])
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


def test_a_pause_is_never_over_the_policys_longest() -> None:
    often = Retry(max=20, backoff="exponential", base_s=60, max_s=3_600)

    assert pause_before(often, attempt=19, asked_s=None) == 3_600
    assert pause_before(often, attempt=1, asked_s=90_000) == 3_600
    assert pause_before(Retry(backoff="fixed", base_s=5), attempt=9, asked_s=None) == 5


@pytest.mark.parametrize(("spread", "pause_s"), [(0.0, 8.0), (0.5, 10.0), (1.0, 12.0)])
def test_jitter_spreads_a_pause_around_the_policys(spread: float, pause_s: float) -> None:
    policy = Retry(base_s=10, jitter=0.2)

    assert pause_before(policy, attempt=1, asked_s=None, spread=spread) == pytest.approx(pause_s)


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


def test_a_join_on_two_of_three_runs_at_the_second() -> None:
    steps = {name: step("write-log") for name in ("a", "b", "c")}
    steps["d"] = step("write-log", join=2)
    plan = make_plan(steps, [f"rule > {one}" for one in "abc"] + [f"{one} > d" for one in "abc"])

    first = go(plan, begin(plan).state, Completed("a", 1, "done"))
    second = go(plan, first.state, Completed("c", 1, "done"))
    third = go(plan, second.state, Completed("b", 1, "done"))

    assert [first.commands, second.commands, third.commands] == [(), (Perform("d", 1),), ()]


def test_a_join_that_can_no_longer_get_enough_is_dead() -> None:
    steps = {name: step("write-log") for name in ("a", "b")}
    steps["d"] = step("write-log", join=2)
    plan = make_plan(steps, ["rule > a", "rule > b", "a > d", "b > d"])

    first = go(plan, begin(plan).state, Completed("a", 1, "done"))
    second = go(plan, first.state, Completed("b", 1, "other"))

    assert second.state.of("d").status is Status.DEAD
    assert second.state.outcome is Outcome.SUCCEEDED


def test_what_happens_ends_a_wait_before_its_time_is_up() -> None:
    plan = make_plan({"a": step("wait")}, ["rule > a"])
    until = NOON + timedelta(minutes=1)
    waiting = go(plan, begin(plan).state, Waiting("a", 1, until, "timeout")).state

    done = go(plan, waiting, Completed("a", 1, "happened", {"by": "alarm"}))
    late = advance(plan, done.state, [Woken("a")], now=until)

    assert done.state.of("a").port == "happened"
    assert late.commands == ()


def test_ending_a_run_stops_what_other_branches_do() -> None:
    plan = make_plan({"a": step("end"), "b": step("wait")}, ["rule > a", "rule > b"])
    waiting = go(plan, begin(plan).state, Waiting("b", 1, None)).state

    done = go(plan, waiting, Ended("a", 1, {"n": 1}))

    assert done.commands == (Abandon("b", 1), Finish(Outcome.SUCCEEDED, None, {"n": 1}))


def test_variables_are_kept_and_changed_by_steps() -> None:
    plan = make_plan({"a": step("write-log"), "b": step("write-log")}, ["rule > a", "a > b"])
    first = advance(plan, RunState(), [Started("rule", {"n": 1, "m": 1})], now=NOON)

    done = go(plan, first.state, Completed("a", 1, "done", {}, {"n": 2}))

    assert done.state.variables == {"n": 2, "m": 1}


def test_a_failed_run_goes_on_from_where_it_failed_with_another_input() -> None:
    steps = {"a": step("write-log"), "b": step("wait"), "c": step("write-log")}
    plan = make_plan(steps, ["rule > a", "rule > b", "a > c", "b > c"])
    waiting = go(plan, begin(plan).state, Waiting("b", 1, None)).state
    failed = go(plan, waiting, Failed("a", 1, {"code": "x", "message": "y"})).state

    again = go(plan, failed, Reopened({"a": {"key": "k"}}))
    done = go(plan, again.state, Completed("a", 2, "done"), Completed("b", 2, "done"))

    assert set(again.commands) == {Perform("a", 2), Perform("b", 2)}
    assert again.state.inputs == {"a": {"key": "k"}}
    assert done.commands == (Perform("c", 1),)


def test_retries_are_counted_anew_after_a_run_was_taken_up_again() -> None:
    plan = make_plan({"a": step("write-log", retry={"max": 1, "jitter": 0})}, ["rule > a"])
    error = {"code": "x", "message": "y"}
    first = go(plan, begin(plan).state, Failed("a", 1, error, is_retryable=True)).state
    failed = go(plan, first, Failed("a", 2, error, is_retryable=True)).state
    again = go(plan, failed, Reopened()).state

    retried = go(plan, again, Failed("a", 3, error, is_retryable=True))

    assert retried.commands == (Perform("a", 4, NOON + timedelta(seconds=2)),)


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
