"""What the engine counts, once it is durable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from blocks.sdk import BlockError
from runtime.alarms.intake.taking import take_from_api
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.runs._rows import write_runs
from runtime.runs.leased import LEASE_S
from runtime.runs.start import Start, start_trial
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench, answer
from tests.support.metrics import Counting

CALL = step("http-request", config={"method": "GET", "url": "http://x.example"})
FAILS = step("fail", config={"message": "no"})


def test_runs_are_counted_when_they_start_and_end(bench: Bench) -> None:
    counting = Counting()

    bench.run(bench.publish({"one": step("write-log", config={"message": "x"})}, ["hand > one"]))

    assert counting.since("garland_runs_started_total", trigger="manual") == 1
    assert counting.since("garland_runs_ended_total", outcome="succeeded") == 1
    assert counting.since("garland_run_seconds_count", outcome="succeeded") == 1
    assert counting.since("garland_run_start_seconds_count") == 1
    assert counting.since("garland_batch_rows_sum", of="runs") == 1


def test_attempts_are_counted_by_block_and_outcome_wherever_they_were_made(bench: Bench) -> None:
    counting = Counting()
    bench.http.answers = [BlockError("http.unreachable", "gone", retryable=True), answer()]
    retry = {"retry": {"max": 1, "backoff": "fixed", "base_s": 1}}
    flow = bench.publish({"call": {**CALL, **retry}}, ["hand > call"])
    bench.run(flow)
    bench.go(after_s=5)

    attempts, block = "garland_step_attempts_total", "garland.http-request"
    assert counting.since(attempts, block=block, outcome="failed") == 1
    assert counting.since(attempts, block=block, outcome="succeeded") == 1
    assert counting.since("garland_step_attempt_seconds_count", block=block) == 2
    assert counting.since("garland_step_queue_seconds_count", group="main") == 2


def test_a_step_that_waited_is_counted_once(bench: Bench) -> None:
    counting = Counting()
    waits = {"event": "message", "correlation": "T-1", "timeout_s": 60}
    flow = bench.publish({"wait": step("wait-for-event", config=waits)}, ["hand > wait"])
    run = bench.run(flow)
    bench.go(after_s=120)

    block = "garland.wait-for-event"
    assert bench.view(run).state.is_over
    assert counting.since("garland_step_attempt_seconds_count", block=block) == 1


def test_how_long_a_due_step_waited_is_measured(bench: Bench) -> None:
    counting = Counting()
    bench.start(bench.publish({"call": {**CALL, "worker_group": "far"}}, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    bench.pool.leased = replace(bench.pool.leased, worker_groups=["far"])
    bench.now += timedelta(seconds=9)
    bench.perform_one()

    assert counting.since("garland_step_queue_seconds_sum", group="far") == pytest.approx(9)


def test_a_result_that_came_too_late_is_counted(bench: Bench) -> None:
    counting = Counting()
    bench.start(bench.publish({"call": CALL}, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    late = bench.pool.claim(now=bench.now)
    bench.now += timedelta(seconds=LEASE_S + 1)
    bench.perform_one()

    assert late is not None
    assert not bench.pool.perform(late)
    assert counting.since("garland_step_results_fenced_total") == 1


def test_a_batch_that_was_not_written_counts_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.start(bench.publish({"one": step("write-log", config={"message": "x"})}, ["hand > one"]))
    counting, broken = Counting(), [1]

    def break_once(session: Session, runs: object) -> None:
        if broken:
            broken.pop()
            raise OSError
        write_runs(session, runs)  # type: ignore[arg-type]

    monkeypatch.setattr("runtime.runs.drain.write_runs", break_once)
    bench.go()

    assert counting.since("garland_runs_ended_total", outcome="succeeded") == 1


def test_trials_are_not_counted(bench: Bench) -> None:
    flow = bench.publish({"no": FAILS}, ["hand > no"])
    counting = Counting()
    start = Start(trigger={"kind": "manual", "input": {}})
    with bench.writing() as session:
        start_trial(session, bench.tenant_id, flow, start, allow_effects=False, now=bench.now)
    bench.go()

    assert counting.since("garland_runs_ended_total", outcome="failed") == 0
    assert counting.since("garland_runs_started_total", trigger="manual") == 0


def test_events_are_counted_when_they_come_and_when_they_are_correlated(bench: Bench) -> None:
    counting = Counting()
    good = {"managed_object": "olt-7", "perceived_severity": "major"}
    with bench.writing() as session:
        take_from_api(session, bench.tenant_id, {"events": [good, {}]}, now=bench.now)
    with bench.sessions() as session, session.begin(), Matcher() as matcher:
        correlate_batch(session, matcher=matcher, now=bench.now + timedelta(seconds=3))

    assert counting.since("garland_intake_events_total", outcome="accepted") == 1
    assert counting.since("garland_intake_events_total", outcome="rejected") == 1
    assert counting.since("garland_event_seconds_sum") == pytest.approx(3)
    assert counting.since("garland_batch_rows_sum", of="events") == 1
