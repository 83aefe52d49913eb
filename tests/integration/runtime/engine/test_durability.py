"""What survives: crashes around a commit, late workers, lost wake-ups, large values."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError

from blocks.sdk import BlockError
from kernel.ids import new_id
from runtime.due import Due, due_sleepers
from runtime.runs import drain as drain_module
from runtime.runs import leased
from runtime.runs import tasks as tasks_module
from runtime.runs._rows import write_records
from runtime.runs._tables import Blob, StepRecord
from runtime.runs.blobs import fetch, is_reference
from tenancy.scope import as_tenant, system
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench, answer

CALL: dict[str, Any] = {
    "call": step(
        "http-request",
        config={"method": "POST", "url": "https://api.test/x"},
        retry={"max": 1, "base_s": 1, "jitter": 0},
    )
}


def test_a_crash_before_the_commit_leaves_the_run_due_and_untouched(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = bench.publish({"n": step("set-data", config={"values": {"n": 1}})}, ["hand > n"])
    run = bench.start(flow)

    def crash(*_: Any) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(drain_module, "write_runs", crash)
        with pytest.raises(SystemExit):
            bench.drain.advance_batch(now=bench.now)
    before = (bench.view(run).state.value, bench.steps(run))
    bench.go()

    assert before == ("queued", [])
    assert [(one.step, one.attempt) for one in bench.steps(run)] == [("n", 1)]


def test_an_attempt_has_one_record(bench: Bench) -> None:
    run = bench.run(bench.publish(CALL, ["hand > call"]))

    with bench.sessions() as session, as_tenant(session, bench.tenant_id):
        row = session.scalars(select(StepRecord).where(StepRecord.run_id == run)).one()
        names = [column.key for column in inspect(StepRecord).columns if column.key != "id"]
        session.add(StepRecord(id=new_id(), **{name: getattr(row, name) for name in names}))

        with pytest.raises(IntegrityError):
            session.flush()


def test_a_worker_that_lost_its_lease_writes_nothing(bench: Bench) -> None:
    run = bench.start(bench.publish(CALL, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    first = bench.pool.claim(now=bench.now)
    bench.now += timedelta(seconds=leased.LEASE_S + 1)
    second = bench.pool.claim(now=bench.now)
    assert first is not None
    assert second is not None

    written = [bench.pool.perform(one) for one in (first, second)]
    bench.go()

    assert written == [False, True]
    assert bench.states(run) == {"call": "succeeded"}


def test_a_result_is_written_once_the_database_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bench.start(bench.publish(CALL, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    gone = OperationalError("UPDATE", {}, Exception("cut off"), connection_invalidated=True)
    failures = [gone]

    def write(*given: Any) -> None:
        if failures:
            raise failures.pop()
        write_records(*given)

    claim = bench.pool.claim(now=bench.now)
    assert claim is not None
    monkeypatch.setattr(leased, "write_records", write)
    written = bench.pool.perform(claim)
    bench.go()

    assert written
    assert len(bench.http.calls) == 1
    assert bench.states(run) == {"call": "succeeded"}


def test_a_lease_that_is_renewed_is_not_taken(bench: Bench) -> None:
    bench.start(bench.publish(CALL, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    claim = bench.pool.claim(now=bench.now)
    assert claim is not None
    later = bench.now + timedelta(seconds=leased.LEASE_S - 1)

    bench.pool.hold(claim)
    bench.pool.renew(now=later)

    assert bench.pool.claim(now=later + timedelta(seconds=2)) is None


def test_a_lost_wake_up_is_made_up_for_by_the_sweep(bench: Bench) -> None:
    bench.start(bench.publish(CALL, ["hand > call"]))

    def due() -> list[Due]:
        with bench.sessions() as session, system(session):
            return due_sleepers(session, now=bench.now)

    before = due()
    bench.drain.advance_batch(now=bench.now)

    assert (before, due()) == ([Due("runs")], [Due("steps")])


def test_a_step_that_outlives_its_time_out_is_given_up_and_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks_module, "GRACE_S", 0.0)
    release = threading.Event()
    bench.http.hold = release
    steps = {"call": {**CALL["call"], "timeout_s": 0.2}}
    run = bench.start(bench.publish(steps, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)

    bench.pool.drain()
    bench.wait_until(lambda: bench.states(run) == {"call": "failed"})
    bench.http.hold = None
    release.set()
    bench.pool.close()  # the late thread has brought its result, which nobody wants any more
    bench.go()
    bench.go(after_s=2)

    attempts = [(one.attempt, one.state.value) for one in bench.steps(run)]
    assert attempts == [(1, "failed"), (2, "succeeded")]
    assert (bench.steps(run)[0].error or {})["code"] == "block.timeout"


def test_retry_after_is_obeyed(bench: Bench) -> None:
    busy = BlockError("http.busy", "later", retry_after_s=30, retryable=True)
    bench.http.answers = [busy]
    run = bench.run(bench.publish(CALL, ["hand > call"]))

    bench.go(after_s=29)
    early = len(bench.http.calls)
    bench.go(after_s=2)

    assert (early, len(bench.http.calls)) == (1, 2)
    assert bench.view(run).state.value == "succeeded"


def test_large_outputs_are_stored_once_and_read_by_later_steps(bench: Bench) -> None:
    bench.http.answers = [answer(body={"rows": ["x" * 100] * 500})] * 2
    steps = {
        **CALL,
        "again": CALL["call"],
        "count": step("set-data", config={"values": {"n": "= steps.call.output.body.rows.size()"}}),
    }
    flow = bench.publish(steps, ["hand > call", "call > again", "again > count"])

    run = bench.run(flow)

    assert bench.output(run, "count") == {"n": 500}
    kept = bench.output(run, "call")
    with bench.writing() as session:
        assert session.scalar(select(func.count(Blob.digest))) == 1
        assert fetch(session, bench.tenant_id, kept)["body"]["rows"][0] == "x" * 100
    assert is_reference(kept)


def test_a_run_keeps_the_version_it_began_with(bench: Bench) -> None:
    nap = step("wait", config={"for_s": 60})

    def version(n: int) -> dict[str, Any]:
        return {"nap": nap, "n": step("set-data", config={"values": {"n": n}})}

    flow = bench.publish(version(1), ["hand > nap", "nap > n"])
    run = bench.run(flow)
    bench.republish(flow, version(2), ["hand > nap", "nap > n"])

    bench.go(after_s=61)

    assert bench.output(run, "n") == {"n": 1}


def test_many_light_steps_are_carried_over_several_batches(bench: Bench) -> None:
    names = [f"s{number}" for number in range(600)]
    steps = {name: step("set-data", config={"values": {"n": 1}}) for name in names}
    wires = ["hand > s0", *(f"{a} > {b}" for a, b in pairwise(names))]
    run = bench.start(bench.publish(steps, wires))

    bench.drain.advance_batch(now=bench.now)
    after_one = len(bench.steps(run))
    bench.go()

    assert after_one < 600
    assert len([one for one in bench.steps(run) if one.state.value == "succeeded"]) == 600
