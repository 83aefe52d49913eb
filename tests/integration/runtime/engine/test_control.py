"""What people do to runs: cancel, take up again, run again from a step; what is undone then."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.sdk import BlockError
from kernel.errors import ConflictError, InvalidError
from runtime.runs.control import cancel_run, rerun, retry_run
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench, answer

REFUSED = BlockError("http.bad_address", "refused", retryable=False)


def call(path: str, **parts: Any) -> dict[str, Any]:
    config = {"method": "POST", "url": f"https://api.test/{path}"}
    return step("http-request", config=config, retry={"max": 0}, **parts)


def undo(path: str) -> dict[str, Any]:
    return {
        "undo": step("http-request", config={"method": "DELETE", "url": f"https://api.test/{path}"})
    }


def test_a_failed_run_is_undone_last_step_first(bench: Bench) -> None:
    bench.http.answers = [answer(), answer(), REFUSED]
    steps = {"a": call("a", **undo("a")), "b": call("b", **undo("b")), "c": call("c")}
    flow = bench.publish(steps, ["hand > a", "a > b", "b > c"])

    run = bench.run(flow)

    asked = [(one.method, one.url.rpartition("/")[2]) for one in bench.http.calls]
    assert asked[3:] == [("DELETE", "b"), ("DELETE", "a")]
    assert bench.view(run).state.value == "failed"
    assert (bench.view(run).error or {})["undone"] == ["b", "a"]


def test_an_undo_that_fails_is_noted_and_the_rest_is_undone(bench: Bench) -> None:
    bench.http.answers = [answer(), answer(), REFUSED, REFUSED]
    steps = {"a": call("a", **undo("a")), "b": call("b", **undo("b")), "c": call("c")}
    flow = bench.publish(steps, ["hand > a", "a > b", "b > c"])

    run = bench.run(flow)

    error = bench.view(run).error or {}
    assert (error["undo_failed"], error["undone"]) == (["b"], ["a"])


def test_a_cancelled_run_is_undone(bench: Bench) -> None:
    steps = {"a": call("a", **undo("a")), "nap": step("wait", config={"for_s": 999})}
    flow = bench.publish(steps, ["hand > a", "a > nap"])
    run = bench.run(flow)

    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
    asked_for = bench.view(run).is_cancelling
    bench.go()

    assert asked_for
    assert bench.http.calls[-1].method == "DELETE"
    assert bench.view(run).state.value == "cancelled"
    assert bench.states(run)["nap"] == "cancelled"


def test_a_failed_run_goes_on_from_where_it_failed(bench: Bench) -> None:
    steps = {"a": call("a"), "on": step("write-log", config={"message": "on"})}
    flow = bench.publish(steps, ["hand > a", "a > on"])
    bench.http.answers = [REFUSED]
    run = bench.run(flow)

    with bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
    bench.go()

    attempts = [(one.step, one.attempt, one.state.value) for one in bench.steps(run)]
    assert attempts == [("a", 1, "failed"), ("a", 2, "succeeded"), ("on", 1, "succeeded")]
    assert len({call.headers["Idempotency-Key"] for call in bench.http.calls}) == 1


def test_a_run_that_succeeded_cannot_be_taken_up_again(bench: Bench) -> None:
    run = bench.run(bench.publish({"a": call("a")}, ["hand > a"]))

    with pytest.raises(ConflictError, match="only a failed run"), bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now)


def test_another_input_needs_a_step_that_failed(bench: Bench) -> None:
    bench.http.answers = [REFUSED]
    run = bench.run(bench.publish({"a": call("a")}, ["hand > a"]))

    with pytest.raises(InvalidError, match="which failed step"), bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now, step="b", input={})


def test_a_run_from_a_step_keeps_what_came_before(bench: Bench) -> None:
    steps = {
        "a": call("a"),
        "n": step("set-data", config={"values": {"n": "= steps.a.output.status + 1"}}),
        "b": call("b"),
    }
    flow = bench.publish(steps, ["hand > a", "a > n", "n > b"])
    first = bench.run(flow)

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, first, by="Ann", now=bench.now, from_step="n")
    bench.go()

    assert [one.url.rpartition("/")[2] for one in bench.http.calls] == ["a", "b", "b"]
    assert bench.output(again, "n") == {"n": 201}
    assert bench.view(again).rerun_of == first


def test_a_run_again_as_a_whole_does_everything_again_with_keys_of_its_own(bench: Bench) -> None:
    first = bench.run(bench.publish({"a": call("a")}, ["hand > a"]))

    with bench.writing() as session:
        rerun(session, bench.tenant_id, first, by="Ann", now=bench.now)
    bench.go()

    assert len({call.headers["Idempotency-Key"] for call in bench.http.calls}) == 2


def test_variables_are_seen_by_later_steps_wherever_they_stand(bench: Bench) -> None:
    steps = {
        "set": step("set-variables", config={"values": {"n": "= vars.n + 1"}}),
        "see": step("set-data", config={"values": {"n": "= vars.n"}}),
    }
    flow = bench.publish(steps, ["hand > set", "set > see"], vars={"n": 41})

    run = bench.run(flow)

    assert bench.output(run, "see") == {"n": 42}


def test_a_run_that_was_taken_up_again_can_be_cancelled_before_it_goes_on(bench: Bench) -> None:
    bench.http.answers = [REFUSED]
    run = bench.run(bench.publish({"a": call("a")}, ["hand > a"]))

    with bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
        cancel_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
    bench.go()

    assert bench.view(run).state.value == "cancelled"
    assert len(bench.http.calls) == 1


def test_a_run_from_a_step_keeps_the_variables_that_a_loop_before_it_set(bench: Bench) -> None:
    add = step("set-variables", config={"values": {"n": "= vars.n + item"}})
    steps = {
        "each": step(
            "for-each", config={"items": [1, 2]}, body={"steps": {"add": add}, "wires": []}
        ),
        "last": step("set-data", config={"values": {"n": "= vars.n"}}),
    }
    flow = bench.publish(steps, ["hand > each", "each > last"], vars={"n": 0})
    run = bench.run(flow)

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, run, by="Ann", now=bench.now, from_step="last")
    bench.go()

    assert bench.output(again, "last") == {"n": 3}


def test_a_run_from_a_step_keeps_a_failure_that_was_caught_before_it(bench: Bench) -> None:
    bench.http.answers = [REFUSED]
    last = step("set-data", config={"values": {"why": "= steps.a.output.error.code"}})
    run = bench.run(bench.publish({"a": call("a"), "last": last}, ["hand > a", "a:error > last"]))

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, run, by="Ann", now=bench.now, from_step="last")
    bench.go()

    assert bench.output(again, "last") == {"why": "http.bad_address"}
    assert len(bench.http.calls) == 1


def test_a_run_from_a_step_does_a_loop_again_of_which_a_step_was_undone(bench: Bench) -> None:
    bench.http.answers = [answer(), REFUSED]
    inner = {"steps": {"a": call("a", **undo("a"))}, "wires": []}
    steps = {"each": step("for-each", config={"items": [1]}, body=inner), "b": call("b")}
    run = bench.run(bench.publish(steps, ["hand > each", "each > b"]))

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, run, by="Ann", now=bench.now, from_step="b")
    bench.go()

    asked = [(one.method, one.url.rpartition("/")[2]) for one in bench.http.calls]
    assert asked == [("POST", "a"), ("POST", "b"), ("DELETE", "a"), ("POST", "a"), ("POST", "b")]
    assert bench.view(again).state.value == "succeeded"
