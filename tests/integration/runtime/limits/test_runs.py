"""Limits of runs: under way, waiting, steps of one, size of what starts it, live workflows."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError
from runtime.runs.control import cancel_run
from runtime.runs.crowding import TooManyRunsError, let_all_parked_go_on
from runtime.runs.start import Start, TriggerTooLargeError, start_run, start_trial
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.limits.conftest import Limit, make_bench, set_limits_of

NAP = {"nap": step("wait", config={"for_s": 60})}
LOG = {"note": step("write-log", config={"message": "x"})}


def held(bench: Bench, runs: list[UUID]) -> list[bool]:
    return [bench.view(run).held for run in runs]


def test_runs_over_the_limit_wait_and_come_in_the_order_they_were_started(
    bench: Bench, limit: Limit
) -> None:
    limit(runs_at_once=2)
    flow = bench.publish(NAP, ["hand > nap"])
    runs = [bench.run(flow) for _ in range(5)]
    before = held(bench, runs)

    bench.go(after_s=61)
    after = held(bench, runs)
    bench.go(after_s=61)
    bench.go(after_s=61)

    assert before == [False, False, True, True, True]
    assert after == [False, False, False, False, True]
    assert {bench.view(run).state.value for run in runs} == {"succeeded"}


def test_a_new_run_never_overtakes_those_that_wait(bench: Bench, limit: Limit) -> None:
    limit(runs_at_once=1)
    flow = bench.publish(NAP, ["hand > nap"])
    first, second = bench.run(flow), bench.run(flow)
    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, first, by="Ann", now=bench.now)

    third = bench.start(flow)
    bench.go()

    assert held(bench, [second, third]) == [False, True]


def test_the_limit_of_one_tenant_holds_nobody_else(
    bench: Bench, limit: Limit, sessions: sessionmaker[Session]
) -> None:
    limit(runs_at_once=1)
    other = make_bench(sessions)
    flow, others = (one.publish(NAP, ["hand > nap"]) for one in (bench, other))

    mine = [bench.run(flow) for _ in range(2)]
    theirs = [other.run(others) for _ in range(2)]

    assert held(bench, mine) == [False, True]
    assert held(other, theirs) == [False, False]


def test_a_called_workflow_and_a_trial_begin_whatever_the_limit(bench: Bench, limit: Limit) -> None:
    limit(runs_at_once=1)
    bench.publish(LOG, ["hand > note"], name="Below")
    call = {"call": step("call-workflow", config={"flow": "below"})}
    flow = bench.publish(call, ["hand > call"])

    caller = bench.run(flow)
    with bench.writing() as session:
        start = Start(trigger={"kind": "manual", "input": {}})
        trial = start_trial(
            session, bench.tenant_id, flow, start, allow_effects=False, now=bench.now
        )

    assert bench.view(caller).state.value == "succeeded"
    assert not bench.view(trial).held


def test_a_run_that_waits_for_room_can_be_cancelled(bench: Bench, limit: Limit) -> None:
    limit(runs_at_once=1)
    flow = bench.publish(NAP, ["hand > nap"])
    _, parked = bench.run(flow), bench.run(flow)

    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, parked, by="Ann", now=bench.now)

    assert bench.view(parked).state.value == "cancelled"
    assert not bench.view(parked).held


def test_the_scheduler_lets_runs_go_on_when_the_limit_was_raised(
    bench: Bench, limit: Limit, sessions: sessionmaker[Session]
) -> None:
    limit(runs_at_once=1)
    flow = bench.publish(NAP, ["hand > nap"])
    runs = [bench.run(flow) for _ in range(3)]
    limit(runs_at_once=2)

    with sessions.begin() as session:
        begun = let_all_parked_go_on(session, now=bench.now)

    assert begun == 1
    assert held(bench, runs) == [False, False, True]


def test_a_start_by_hand_is_refused_while_too_many_wait(bench: Bench, limit: Limit) -> None:
    limit(runs_at_once=1, runs_waiting=2)
    flow = bench.publish(NAP, ["hand > nap"])
    bench.run(flow)
    for _ in range(2):
        bench.start(flow)

    with pytest.raises(TooManyRunsError) as refused:
        bench.start(flow)

    assert refused.value.status == 429
    assert refused.value.retry_after_s > 0
    assert "as many as may (runs_waiting)" in refused.value.message
    assert len(bench.runs_of(flow)) == 3


def test_what_a_rule_starts_is_queued_whatever_the_limit(bench: Bench, limit: Limit) -> None:
    limit(runs_waiting=1)
    flow = bench.publish(NAP, ["rule > nap"])
    start = Start(trigger={"kind": "rule", "alarm": {"managed_object": "r1"}})

    with bench.writing() as session:
        started = [
            start_run(session, bench.tenant_id, flow, start, now=bench.now) for _ in range(3)
        ]

    assert None not in started
    bench.go(after_s=1)
    assert len(bench.runs_of(flow)) == 3


def test_a_refused_start_over_the_api_says_when_to_come_back(
    bench: Bench, limit: Limit, app: Flask
) -> None:
    limit(runs_waiting=1)
    flow = bench.publish(NAP, ["hand > nap"])
    bench.start(flow)
    app.extensions["garland.services"].limits._limits_kept_s = 0.0  # noqa: SLF001  at once

    answer = app.test_client().post(f"/api/v1/flows/{flow}/runs", headers=bench.token(), json={})

    assert answer.status_code == 429
    assert (answer.json or {})["code"] == "runtime.too_many_runs"
    assert int(answer.headers["Retry-After"]) > 0
    assert len(bench.runs_of(flow)) == 1


def test_what_starts_a_run_may_be_only_so_large(bench: Bench, limit: Limit) -> None:
    limit(trigger_bytes=1_024)
    flow = bench.publish(NAP, ["hand > nap"])

    with pytest.raises(TriggerTooLargeError, match="1,024 \\(trigger_bytes\\)"):
        bench.start(flow, {"input": {"text": "x" * 2_000}})

    assert bench.runs_of(flow) == []


def test_a_loop_that_goes_round_and_round_fails_its_run(bench: Bench, limit: Limit) -> None:
    limit(steps_of_a_run=10)
    body = {"steps": {"n": step("set-data", config={"values": {"n": 1}})}, "wires": []}
    loop = step("repeat", config={"until": "false", "rounds_max": 1_000}, body=body)
    flow = bench.publish({"loop": loop}, ["hand > loop"])

    run = bench.view(bench.run(flow))

    assert run.state.value == "failed"
    assert (run.error or {})["code"] == "run.too_many_steps"
    assert "10 attempts" in (run.error or {})["message"]


def test_the_steps_of_a_run_are_counted_over_all_its_segments(bench: Bench, limit: Limit) -> None:
    limit(steps_of_a_run=10)
    steps = {f"s{number}": step("wait", config={"for_s": 60}) for number in range(12)}
    wires = ["hand > s0", *(f"s{number}:done > s{number + 1}" for number in range(11))]
    flow = bench.publish(steps, wires)
    run = bench.run(flow)

    for _ in range(12):
        bench.go(after_s=61)

    assert (bench.view(run).error or {})["code"] == "run.too_many_steps"


def test_no_more_workflows_go_live_than_may(bench: Bench, limit: Limit) -> None:
    limit(live_workflows=1)
    first = bench.publish(LOG, ["hand > note"], name="One")

    with pytest.raises(ConflictError, match="live_workflows"):
        bench.publish(LOG, ["hand > note"], name="Two")

    bench.republish(first, NAP, ["hand > nap"])


def test_shares_of_a_batch_follow_the_weights(sessions: sessionmaker[Session]) -> None:
    heavy, light = make_bench(sessions), make_bench(sessions)
    set_limits_of(heavy, weight=3)
    flows = [one.publish(LOG, ["hand > note"]) for one in (heavy, light)]
    for one, flow in zip((heavy, light), flows, strict=True):
        for _ in range(8):
            one.start(flow)

    heavy.drain.advance_batch(now=heavy.now, limit=8)

    begun = [
        sum(run.state.value == "succeeded" for run in one.runs_of(flow))
        for one, flow in zip((heavy, light), flows, strict=True)
    ]
    assert begun == [6, 2]
