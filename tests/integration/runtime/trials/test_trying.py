"""Trying a draft the way somebody wants it, with what its steps are pinned to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from blocks.installs.registry import registry_of
from kernel.errors import InvalidError
from runtime.flows.versions import get_flow
from runtime.runs.start import Start
from runtime.trials.effects import changing_steps, spared_steps
from runtime.trials.pins import pin_step
from runtime.trials.trying import Wanted, try_draft
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_trials import CALL, CHAIN, LOOP, LOOP_WIRES, WIRES, held


def attempt(bench: Bench, flow: UUID, **wanted: Any) -> UUID:
    start = Start(trigger={"kind": "manual", "input": {}}, started_by="Ann")
    with bench.writing() as session:
        run = try_draft(session, bench.tenant_id, flow, start, Wanted(**wanted), now=bench.now)
    bench.go()
    return run


def pin(bench: Bench, flow: UUID, name: str, output: Any) -> None:
    with bench.writing() as session:
        pin_step(
            session,
            bench.tenant_id,
            flow,
            name,
            port="done",
            output=output,
            by="Ann",
            now=bench.now,
        )


def test_pinned_steps_are_not_performed(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    pin(bench, flow, "first", {"n": 10})

    run = attempt(bench, flow)

    assert bench.output(run, "second") == {"n": 11}


def test_a_large_pin_is_kept_where_large_values_are(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    pin(bench, flow, "first", {"n": 10, "text": "x" * 20_000})

    run = attempt(bench, flow)

    assert "$blob" in bench.output(run, "first")
    assert bench.output(run, "second") == {"n": 11}


def test_one_step_alone_is_given_what_is_pinned_before_what_a_run_gave(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    bench.run(flow)

    as_it_was = attempt(bench, flow, only="second")
    pin(bench, flow, "first", {"n": 10})
    pinned = attempt(bench, flow, only="second")

    assert bench.output(as_it_was, "second") == {"n": 2}
    assert bench.output(pinned, "second") == {"n": 11}
    assert bench.states(pinned) == {"second": "succeeded"}


def test_one_step_of_a_loop_is_given_the_first_item_of_the_latest_run(bench: Bench) -> None:
    flow = bench.publish(LOOP, LOOP_WIRES)
    bench.run(flow)

    run = attempt(bench, flow, only="say")

    assert bench.output(run, "say") == {"n": "a"}


def test_one_step_of_a_loop_is_tried_again_with_the_same_item(bench: Bench) -> None:
    flow = bench.publish(LOOP, LOOP_WIRES)
    first = attempt(bench, flow, only="say", item=("z",))

    again = attempt(bench, flow, only="say", from_run=first)

    assert bench.output(again, "say") == {"n": "z"}


def test_the_item_of_another_loop_is_not_taken(bench: Bench) -> None:
    other = {"other": {**LOOP["each"], "body": {"steps": {"tell": CALL}, "wires": []}}}
    flow = bench.publish({**LOOP, **other}, [*LOOP_WIRES, "last > other"])
    first = attempt(bench, flow, only="say", item=("z",))

    with pytest.raises(InvalidError) as refused:
        attempt(bench, flow, only="tell", from_run=first)

    assert [one.pointer for one in refused.value.problems] == ["/item"]


def test_a_step_of_a_loop_that_never_ran_asks_for_an_item(bench: Bench) -> None:
    flow = bench.publish(LOOP, LOOP_WIRES)

    with pytest.raises(InvalidError) as refused:
        attempt(bench, flow, only="say")

    assert [one.pointer for one in refused.value.problems] == ["/item"]


def test_a_trial_holds_and_ends_where_somebody_wants(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)

    run = attempt(bench, flow, stops=("second",), until="second")

    assert held(bench, run) == ("second",)


@pytest.mark.parametrize("field", ["allows", "stops", "until", "only"])
def test_steps_that_are_not_in_the_draft_are_named(bench: Bench, field: str) -> None:
    flow = bench.publish(CHAIN, WIRES)
    value = "gone" if field in ("until", "only") else ("gone",)

    with pytest.raises(InvalidError) as refused:
        attempt(bench, flow, **{field: value})

    assert [one.pointer for one in refused.value.problems] == [f"/{field}"]


def test_what_would_change_is_told_before_and_after(bench: Bench) -> None:
    device = step("run-device-command", config={})
    flow = bench.publish({"call": {**CALL, "title": "Tell them"}}, ["hand > call"])
    run = attempt(bench, flow)

    with bench.writing() as session:
        registry = registry_of(session, bench.tenant_id)
        draft = get_flow(session, bench.tenant_id, flow).draft
        before = changing_steps({**draft, "steps": {**draft["steps"], "device": device}}, registry)
    after = spared_steps(bench.steps(run), {"call": "Tell them"}, registry)

    assert [(one.step, one.is_service_affecting) for one in before] == [
        ("call", False),
        ("device", True),
    ]
    assert [(one.title, one.sends["config"]["url"]) for one in after] == [
        ("Tell them", "https://api.test/x")
    ]
