"""Trials that hold, stop early, keep what was pinned, or may change something here and there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kernel.errors import ConflictError
from runtime.runs.control import cancel_run
from runtime.runs.holding import HELD_S
from runtime.runs.pins import Pins
from runtime.runs.query import progress_of
from runtime.runs.start import Start, start_trial
from runtime.runs.stepping import held_at, next_step, run_on
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

CALL = step("http-request", config={"url": "https://api.test/x", "method": "POST"})


def give(value: Any) -> dict[str, Any]:
    return step("set-data", config={"values": {"n": value}})


CHAIN = {"first": give(1), "second": give("= steps.first.output.n + 1"), "third": give(3)}
WIRES = ["hand > first", "first > second", "second > third"]
LOOP = {
    "before": give(0),
    "each": step(
        "for-each",
        config={"items": ["a", "b"]},
        body={
            "steps": {"say": give("= item"), "after": give(2), "aside": give(9)},
            "wires": [{"from": "say", "to": "after"}],
        },
    ),
    "last": give(4),
}
LOOP_WIRES = ["hand > before", "before > each", "each > last"]


def try_with(bench: Bench, flow: UUID, *, go: bool = True, **pins: Any) -> UUID:
    with bench.writing() as session:
        run = start_trial(
            session,
            bench.tenant_id,
            flow,
            Start(trigger={"kind": "manual", "input": {}}, started_by="Ann"),
            allow_effects=False,
            now=bench.now,
            pins=Pins(**pins).to_document(),
        )
    if go:
        bench.go()
    return run


def held(bench: Bench, run: UUID) -> tuple[str, ...]:
    with bench.writing() as session:
        return held_at(progress_of(session, bench.tenant_id, run))


def let_go(bench: Bench, run: UUID, path: str) -> None:
    with bench.writing() as session:
        next_step(session, bench.tenant_id, run, path, now=bench.now)
    bench.go()


def go_on(bench: Bench, run: UUID, **how: Any) -> None:
    with bench.writing() as session:
        run_on(session, bench.tenant_id, run, now=bench.now, **how)
    bench.go()


def test_a_trial_step_by_step_holds_before_each_step(bench: Bench) -> None:
    run = try_with(bench, bench.publish(CHAIN, WIRES), each=True)

    seen = [held(bench, run)]
    for path in ("first", "second", "third"):
        let_go(bench, run, path)
        seen.append(held(bench, run))

    assert seen == [("first",), ("second",), ("third",), ()]
    assert bench.view(run).state.value == "succeeded"


def test_a_held_trial_waits_and_keeps_no_worker(bench: Bench) -> None:
    run = try_with(bench, bench.publish(CHAIN, WIRES), each=True)

    assert bench.view(run).state.value == "waiting"
    assert not bench.drain.advance_batch(now=bench.now)


def test_a_trial_holds_before_the_steps_somebody_chose_in_each_round(bench: Bench) -> None:
    run = try_with(bench, bench.publish(LOOP, LOOP_WIRES), stops=("say",))

    seen = [held(bench, run)]
    for _ in range(2):
        go_on(bench, run)
        seen.append(held(bench, run))

    assert seen == [("each[0].say",), ("each[1].say",), ()]
    assert bench.view(run).state.value == "succeeded"


def test_run_on_takes_other_stops(bench: Bench) -> None:
    run = try_with(bench, bench.publish(CHAIN, WIRES), each=True)

    go_on(bench, run, stops=["third"])

    assert held(bench, run) == ("third",)


def test_two_who_ask_for_the_same_step_let_it_go_on_once(bench: Bench) -> None:
    run = try_with(bench, bench.publish(CHAIN, WIRES), each=True)
    with bench.writing() as session:
        for _ in range(2):
            next_step(session, bench.tenant_id, run, "first", now=bench.now)
    bench.go()

    with pytest.raises(ConflictError, match="does not hold before first"):
        let_go(bench, run, "first")

    assert held(bench, run) == ("second",)


def test_a_trial_nobody_comes_back_to_ends_by_itself(bench: Bench) -> None:
    run = try_with(bench, bench.publish(CHAIN, WIRES), each=True)

    bench.go(after_s=HELD_S + 1)

    assert bench.view(run).state.value == "cancelled"
    assert "Nobody went on" in (bench.view(run).error or {})["message"]


def test_a_held_trial_is_stopped_and_then_goes_on_no_more(bench: Bench) -> None:
    run = try_with(bench, bench.publish(CHAIN, WIRES), each=True)
    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, run, by="Ann", now=bench.now)

    with pytest.raises(ConflictError, match="being cancelled"):
        go_on(bench, run)
    bench.go()

    assert bench.view(run).state.value == "cancelled"
    with pytest.raises(ConflictError, match="holds nowhere"):
        go_on(bench, run)


@pytest.mark.parametrize(
    ("until", "made"),
    [
        pytest.param("before", ["before"], id="first"),
        pytest.param(
            "each",
            [
                "before",
                "each",
                *(f"each[{n}].{id_}" for n in (0, 1) for id_ in LOOP["each"]["body"]["steps"]),
            ],
            id="a loop with all its rounds",
        ),
        pytest.param("say", ["before", "each", "each[0].say", "each[1].say"], id="in a body"),
    ],
)
def test_a_trial_up_to_a_step_does_nothing_after_it(
    bench: Bench, until: str, made: list[str]
) -> None:
    run = try_with(bench, bench.publish(LOOP, LOOP_WIRES), until=until)

    assert sorted(bench.states(run)) == sorted(made)
    assert bench.view(run).state.value == "succeeded"


def test_a_pinned_step_is_not_performed_and_says_so(bench: Bench) -> None:
    pinned = {"first": {"port": "done", "output": {"n": 40}, "pinned": True}}

    run = try_with(bench, bench.publish(CHAIN, WIRES), steps=pinned)

    assert bench.output(run, "second") == {"n": 41}
    assert "Pinned" in bench.steps(run)[0].logs[0]["message"]


def test_only_the_steps_that_somebody_allowed_change_something(bench: Bench) -> None:
    steps = {
        "one": CALL,
        "other": {**CALL, "config": {**CALL["config"], "url": "https://api.test/y"}},
    }
    flow = bench.publish(steps, ["hand > one", "hand > other"])

    run = try_with(bench, flow, allows=("other",))

    assert [call.url for call in bench.http.calls] == ["https://api.test/y"]
    logs = {one.step: [line["message"] for line in one.logs] for one in bench.steps(run)}
    assert any("Simulated" in line for line in logs["one"])


def test_what_a_simulated_step_would_have_sent_is_kept(bench: Bench) -> None:
    run = try_with(bench, bench.publish({"one": CALL}, ["hand > one"]))

    assert bench.steps(run)[0].config["url"] == "https://api.test/x"
