"""Loops: items in order, several at a time, failures kept or passed on, rounds until enough."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench, answer


def body(steps: dict[str, Any], *wires: str) -> dict[str, Any]:
    pairs = [wire.split(" > ") for wire in wires]
    return {"steps": steps, "wires": [{"from": source, "to": target} for source, target in pairs]}


def calls(url: str = "= 'https://api.test/' + item", **parts: Any) -> dict[str, Any]:
    return step("http-request", config={"method": "GET", "url": url}, **parts)


def test_each_item_is_worked_on_and_the_results_come_in_the_items_order(bench: Bench) -> None:
    inner = body({"double": step("set-data", config={"values": {"n": "= item * 2"}})})
    config = {"items": "= trigger.input.numbers", "collect": "= steps.double.output.n"}
    flow = bench.publish({"all": step("for-each", config=config, body=inner)}, ["hand > all"])

    run = bench.run(flow, {"input": {"numbers": [3, 1, 2]}})

    assert bench.output(run, "all") == {"results": [6, 2, 4], "failed": 0}
    assert bench.states(run)["all[2].double"] == "succeeded"
    assert bench.view(run).state.value == "succeeded"


def test_no_more_items_are_worked_on_than_at_a_time(bench: Bench) -> None:
    config = {"items": ["a", "b", "c"], "at_once": 2}
    each = step("for-each", config=config, body=body({"call": calls()}))
    flow = bench.publish({"all": each}, ["hand > all"])
    run = bench.start(flow)

    bench.drain.advance_batch(now=bench.now)

    queued = [path for path, state in bench.states(run).items() if state == "queued"]
    assert queued == ["all[0].call", "all[1].call"]


def test_a_failure_ends_the_loop_by_its_error_port_and_stops_the_others(bench: Bench) -> None:
    bench.http.answers = [BlockError("http.unreachable", "no", retryable=False)]
    config = {"items": ["a", "b"], "at_once": 2}
    steps = {
        "all": step("for-each", config=config, body=body({"call": calls(retry={"max": 0})})),
        "note": step("write-log", config={"message": "= steps.all.output.error.step"}),
    }
    flow = bench.publish(steps, ["hand > all", "all:error > note"])
    run = bench.start(flow)
    bench.drain.advance_batch(now=bench.now)

    bench.perform_one()
    bench.drain.advance_batch(now=bench.now)
    bench.go()

    assert bench.output(run, "note")["message"] == "all[0].call"
    assert bench.states(run)["all[1].call"] == "cancelled"
    assert bench.view(run).state.value == "succeeded"


def test_a_loop_that_keeps_going_notes_the_failure_as_the_items_result(bench: Bench) -> None:
    bench.http.answers = [answer(200), BlockError("http.unreachable", "no", retryable=False)]
    config = {"items": ["a", "b", "c"], "keeps_going": True, "collect": "= item"}
    each = step("for-each", config=config, body=body({"call": calls(retry={"max": 0})}))
    flow = bench.publish({"all": each}, ["hand > all"])

    run = bench.run(flow)

    output = bench.output(run, "all")
    assert (output["results"][0], output["results"][2], output["failed"]) == ("a", "c", 1)
    assert output["results"][1]["error"]["code"] == "http.unreachable"


def test_a_repeat_goes_on_until_its_condition_holds_with_pauses_between(bench: Bench) -> None:
    bench.http.answers = [answer(body={"up": False}), answer(body={"up": True})]
    inner = body({"look": calls("https://api.test/state")})
    config = {"until": "steps.look.output.body.up", "pause_s": 60, "rounds_max": 5}
    flow = bench.publish({"again": step("repeat", config=config, body=inner)}, ["hand > again"])

    run = bench.run(flow)
    between = bench.view(run).state.value
    bench.go(after_s=61)

    assert between == "waiting"
    assert bench.output(run, "again")["rounds"] == 2
    assert bench.view(run).state.value == "succeeded"


def test_a_repeat_whose_condition_never_holds_leaves_by_exhausted(bench: Bench) -> None:
    inner = body({"n": step("set-data", config={"values": {"n": "= item.round"}})})
    config = {"until": "steps.n.output.n > 9", "rounds_max": 3, "collect": "= steps.n.output.n"}
    steps = {
        "again": step("repeat", config=config, body=inner),
        "note": step("write-log", config={"message": "never"}),
    }
    flow = bench.publish(steps, ["hand > again", "again:exhausted > note"])

    run = bench.run(flow)

    assert bench.output(run, "again") == {"rounds": 3, "last": 3}
    assert bench.states(run)["note"] == "succeeded"


def test_loops_stand_in_each_other(bench: Bench) -> None:
    deep = body({"sum": step("set-data", config={"values": {"v": "= item + steps.outer.item"}})})
    inner_config = {"items": [1, 2], "collect": "= steps.sum.output.v"}
    middle = body({"inner": step("for-each", config=inner_config, body=deep)})
    config = {"items": [10, 20], "collect": "= steps.inner.output.results"}
    flow = bench.publish({"outer": step("for-each", config=config, body=middle)}, ["hand > outer"])

    run = bench.run(flow)

    assert bench.output(run, "outer")["results"] == [[11, 12], [21, 22]]


def test_a_condition_that_cannot_be_asked_fails_the_loop_and_says_so(bench: Bench) -> None:
    inner = body({"n": step("set-data", config={"values": {"n": 1}})})
    config = {"until": "steps.n.output.missing > 9"}
    flow = bench.publish({"again": step("repeat", config=config, body=inner)}, ["hand > again"])

    run = bench.run(flow)

    assert bench.view(run).state.value == "failed"
    assert "missing" in str(bench.view(run).error)


def test_a_loop_that_keeps_going_notes_a_round_whose_value_cannot_be_told(bench: Bench) -> None:
    body = {"steps": {"n": step("set-data", config={"values": {"n": 1}})}, "wires": []}
    config = {"items": [1, 2, 3], "keeps_going": True, "collect": "= 6 / (item - 2)"}
    flow = bench.publish({"each": step("for-each", config=config, body=body)}, ["hand > each"])

    run = bench.run(flow)

    first, second, third = bench.output(run, "each")["results"]
    assert (first, third, bench.output(run, "each")["failed"]) == (-6, 6, 1)
    assert second["error"]["step"] == "each"
