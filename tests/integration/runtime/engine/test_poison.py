"""What is broken beyond repair: it ends with a reason, and nothing else stops for it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from blocks.sdk import HttpResponse
from kernel.errors import InvalidError
from runtime.runs import drain as drain_module
from runtime.runs import leased
from runtime.runs import segment as segment_module
from runtime.runs._rows import RunRow
from runtime.runs._tables import Blob, Run
from runtime.runs.carried import Carried, Segment
from runtime.runs.control import retry_run
from runtime.runs.records import write_result
from runtime.runs.segment import carry_on
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

NAP: dict[str, Any] = {"nap": step("wait", config={"for_s": 60})}
CALL: dict[str, Any] = {
    "call": step("http-request", config={"method": "POST", "url": "https://api.test/x"})
}


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """Give a set: a run that is put into it breaks whenever it is carried on."""
    poisoned: set[UUID] = set()

    def carry_on_or_break(run: RunRow, segment: Segment) -> Carried:
        found = carry_on(run, segment)
        if run.id in poisoned and segment.fault is None:
            raise RuntimeError("broken after it was half done")
        return found

    monkeypatch.setattr(drain_module, "carry_on", carry_on_or_break)
    return poisoned


def unreadable(bench: Bench, run: UUID) -> None:
    with bench.writing() as session:
        session.execute(
            update(Run).where(Run.id == run).values(progress={"state": 99}, due_at=bench.now)
        )


def test_a_broken_run_that_was_called_fails_the_step_that_called_it(
    bench: Bench, poison: set[UUID]
) -> None:
    child = bench.publish(NAP, ["hand > nap"], name="Child")
    steps = {"call": step("call-workflow", config={"flow": "child"})}
    run = bench.run(bench.publish(steps, ["hand > call"], name="Parent"))
    poison.add(bench.runs_of(child)[0].id)

    bench.go(after_s=61)

    assert bench.view(run).state.value == "failed"
    assert "Child failed" in (bench.view(run).error or {})["message"]


def test_a_broken_run_goes_on_when_it_is_taken_up_again(bench: Bench, poison: set[UUID]) -> None:
    run = bench.run(bench.publish({**NAP, **CALL}, ["hand > nap", "nap > call"]))
    poison.add(run)
    bench.go(after_s=61)
    before = bench.view(run).state.value

    poison.clear()
    with bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
    bench.go()
    bench.go(after_s=61)

    assert (before, bench.view(run).state.value) == ("failed", "succeeded")


def test_a_run_that_broke_at_its_very_first_step_goes_on_likewise(
    bench: Bench, poison: set[UUID]
) -> None:
    run = bench.start(bench.publish(CALL, ["hand > call"]))
    poison.add(run)
    bench.go()

    poison.clear()
    with bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
    bench.go()

    assert bench.view(run).state.value == "succeeded"


def test_a_run_whose_state_cannot_be_read_ends_and_what_it_waited_for_with_it(
    bench: Bench,
) -> None:
    ask = {"ask": step("approval", config={"title": "Go?"})}
    child = bench.publish(ask, ["hand > ask"], name="Child")
    steps = {"call": step("call-workflow", config={"flow": "child"})}
    run = bench.run(bench.publish(steps, ["hand > call"], name="Parent"))
    unreadable(bench, bench.runs_of(child)[0].id)

    bench.go()

    assert bench.states(bench.runs_of(child)[0].id) == {"ask": "cancelled"}
    assert bench.view(run).state.value == "failed"


def test_a_run_whose_state_cannot_be_read_takes_those_it_called_with_it(bench: Bench) -> None:
    child = bench.publish(NAP, ["hand > nap"], name="Child")
    steps = {"call": step("call-workflow", config={"flow": "child"})}
    run = bench.run(bench.publish(steps, ["hand > call"], name="Parent"))
    unreadable(bench, run)

    bench.go()

    assert bench.runs_of(child)[0].state.value == "cancelled"


def test_a_large_value_that_is_gone_fails_its_step_and_holds_up_no_other(bench: Bench) -> None:
    big = step("set-data", config={"values": {"t": "= trigger.input.t"}})
    post = {**CALL["call"], "input": {"body": "= steps.big.output"}}
    steps = {"big": big, "call": post}
    flow = bench.publish(steps, ["hand > big", "big > call"])
    broken = bench.start(flow, {"input": {"t": "x" * 40_000}})
    bench.drain.advance_batch(now=bench.now)
    with bench.writing() as session:
        session.execute(delete(Blob).where(Blob.tenant_id == bench.tenant_id))
    other = bench.start(bench.publish(CALL, ["hand > call"], name="Other"))

    bench.go()

    assert bench.states(broken)["call"] == "failed"
    assert bench.view(other).state.value == "succeeded"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("a\0b", "NUL", id="a NUL"),
        pytest.param("\ud800", "surrogate", id="half a character"),
    ],
)
def test_an_answer_no_database_could_keep_fails_its_step_once(
    bench: Bench, text: str, wrong: str
) -> None:
    bench.http.answers = [HttpResponse(status=200, body=json.dumps({"t": text}).encode())]

    run = bench.run(bench.publish(CALL, ["hand > call"]))
    bench.go(after_s=60)

    assert wrong in (bench.view(run).error or {})["message"]
    assert len(bench.http.calls) == 1


def test_a_result_that_cannot_be_written_fails_its_step_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [ValueError("not writable")]

    def write(*given: Any, **named: Any) -> None:
        if failures:
            raise failures.pop()
        write_result(*given, **named)

    monkeypatch.setattr(leased, "write_result", write)
    run = bench.run(bench.publish(CALL, ["hand > call"]))
    bench.go(after_s=60)

    assert (bench.view(run).error or {})["code"] == "run.result_not_kept"
    assert len(bench.http.calls) == 1


def test_a_start_with_what_no_database_could_keep_is_refused(bench: Bench) -> None:
    flow = bench.publish(NAP, ["hand > nap"])

    with pytest.raises(InvalidError, match="cannot be kept"):
        bench.start(flow, {"input": {"x": "a\0b"}})


def test_a_value_that_looks_like_a_reference_is_taken_as_it_is(bench: Bench) -> None:
    forged = {"$blob": "0" * 64, "bytes": 3}
    steps = {
        "forged": step("set-data", config={"values": forged}),
        "read": step("set-data", config={"values": {"v": "= steps.forged.output"}}),
    }

    run = bench.run(bench.publish(steps, ["hand > forged", "forged > read"]))

    assert bench.output(run, "read") == {"v": forged}


def test_a_loop_whose_results_get_too_large_fails_and_says_so(bench: Bench) -> None:
    config = {"items": [1, 2, 3, 4], "collect": "= trigger.input.t"}
    body = {"steps": {"n": step("set-data", config={"values": {"n": 1}})}, "wires": []}
    flow = bench.publish({"each": step("for-each", config=config, body=body)}, ["hand > each"])

    run = bench.run(flow, {"input": {"t": "x" * 1_500_000}})

    assert (bench.view(run).error or {})["code"] == "loop.too_large"


def test_variables_that_get_too_large_fail_their_step(bench: Bench) -> None:
    steps = {"v": step("set-variables", config={"values": {"t": "= trigger.input.t"}})}
    flow = bench.publish(steps, ["hand > v"], vars={"t": ""})

    run = bench.run(flow, {"input": {"t": "x" * 300_000}})

    assert "set variables" in (bench.view(run).error or {})["message"]


def test_a_run_with_slow_steps_lets_the_others_go_on_in_between(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_module, "SEGMENT_S", 0.0)
    data = step("set-data", config={"values": {"n": 1}})
    run = bench.start(bench.publish({"a": data, "b": data}, ["hand > a", "a > b"]))

    done = [bench.drain.advance_batch(now=bench.now) for _ in range(3)]

    assert done == [1, 1, 1]
    assert bench.states(run) == {"a": "queued"}


def test_many_steps_that_cannot_be_given_what_they_need_are_carried_over_several_batches(
    bench: Bench,
) -> None:
    post = {**CALL["call"], "input": {"body": "= {'a': 1 / (item - item)}"}}
    body = {"steps": {"call": post}, "wires": []}
    config = {"items": list(range(600)), "keeps_going": True, "at_once": 100}
    flow = bench.publish({"each": step("for-each", config=config, body=body)}, ["hand > each"])
    run = bench.start(flow)

    bench.drain.advance_batch(now=bench.now)
    before = bench.view(run).state.value
    bench.go()

    assert (before, bench.view(run).state.value) == ("running", "succeeded")
    assert [one.state.value for one in bench.steps(run)].count("failed") == 600
