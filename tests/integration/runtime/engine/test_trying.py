"""One step tried alone: with results made up or taken from a run, in a loop, without effects."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.errors import InvalidError, NotFoundError
from runtime.flows.versions import get_flow, save_draft
from runtime.runs.control import rerun
from runtime.runs.trying import Alone, try_step
from tests.factories.flows import flow_document, step
from tests.integration.runtime.engine.bench import Bench, answer


def set_data(**values: Any) -> dict[str, Any]:
    return step("set-data", config={"values": values})


CHAIN = {
    "first": set_data(n=1),
    "second": set_data(n="= steps.first.output.n + 1", by="= trigger.?alarm.?text.orValue('')"),
    "third": set_data(n="= steps.second.output.n + 1"),
}
WIRES = ["hand > first", "first > second", "second > third"]
LOOP = {
    "each": step(
        "for-each",
        config={"items": ["a", "b"], "collect": "= steps.say.output.it"},
        body={
            "steps": {
                "say": set_data(it="= item", at="= steps.each.index"),
                "after": set_data(it="= steps.say.output.it + item"),
            },
            "wires": [{"from": "say", "to": "after"}],
        },
    )
}


def try_alone(bench: Bench, flow: UUID, name: str, *, start: bool = True, **parts: Any) -> UUID:
    with bench.writing() as session:
        begun = try_step(
            session, bench.tenant_id, flow, name, Alone(**parts), by="Ann", now=bench.now
        )
    if start:
        bench.go()
    return begun.run_id


def wrong(error: pytest.ExceptionInfo[InvalidError]) -> list[str]:
    return [problem.pointer for problem in error.value.problems]


def test_a_step_is_tried_with_results_that_somebody_made_up(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)

    run = try_alone(bench, flow, "second", pins={"first": {"output": {"n": 41}}})

    assert bench.states(run) == {"second": "succeeded"}
    assert bench.output(run, "second") == {"n": 42, "by": ""}
    assert bench.view(run).is_trial


def test_a_step_is_tried_with_the_results_and_the_trigger_of_a_past_run(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    past = bench.run(flow, {"alarm": {"text": "down"}})

    run = try_alone(bench, flow, "second", from_run=past)

    assert bench.output(run, "second") == {"n": 2, "by": "down"}


def test_what_is_said_wins_over_what_a_past_run_gave(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    past = bench.run(flow, {"alarm": {"text": "down"}})

    run = try_alone(
        bench,
        flow,
        "second",
        from_run=past,
        pins={"first": {"output": {"n": 5}}},
        trigger={"kind": "rule", "alarm": {"text": "up"}},
    )

    assert bench.output(run, "second") == {"n": 6, "by": "up"}


def test_the_draft_is_tried_not_what_was_published(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    draft(bench, flow, {**CHAIN, "second": set_data(n="new")}, WIRES)

    assert bench.output(try_alone(bench, flow, "second"), "second") == {"n": "new"}


def draft(bench: Bench, flow: UUID, steps: dict[str, Any], wires: list[str]) -> None:
    with bench.writing() as session:
        before = get_flow(session, bench.tenant_id, flow)
        save_draft(
            session,
            bench.tenant_id,
            flow,
            document=flow_document(steps, wires),
            expected_revision=before.draft_revision,
            by="Ann",
            now=bench.now,
        )


def test_problems_of_other_steps_are_in_nobodys_way(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    draft(bench, flow, {**CHAIN, "third": step("http-request")}, WIRES)

    run = try_alone(bench, flow, "first")
    with pytest.raises(InvalidError, match="the step has 1 problem") as refused:
        try_alone(bench, flow, "third")

    assert bench.output(run, "first") == {"n": 1}
    assert wrong(refused)[0].startswith("/steps/third/")


def test_a_step_gets_another_input_instead_of_its_own(bench: Bench) -> None:
    look = step("http-request", config={"url": "https://api.test/x"}, input={"body": {"n": 1}})
    flow = bench.publish({"call": look}, ["hand > call"])

    try_alone(bench, flow, "call", input={"body": {"n": 2}}, allow_effects=True)

    assert bench.http.calls[0].body == b'{"n": 2}'


def test_nothing_outside_is_touched_unless_effects_are_allowed(bench: Bench) -> None:
    flow = bench.publish(
        {"call": step("http-request", config={"url": "https://api.test/x"})}, ["hand > call"]
    )
    bench.http.answers = [answer(204)]

    simulated = try_alone(bench, flow, "call")
    real = try_alone(bench, flow, "call", allow_effects=True)

    assert len(bench.http.calls) == 1
    assert bench.states(simulated) == {"call": "succeeded"}
    assert bench.output(real, "call")["status"] == 204


def test_a_result_that_is_missing_fails_the_step_and_is_named(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)

    run = try_alone(bench, flow, "second")

    error = bench.view(run).error or {}
    assert bench.states(run) == {"second": "failed"}
    assert "steps.first.output.n" in error["message"]


def test_a_step_in_a_loop_is_tried_with_an_item(bench: Bench) -> None:
    flow = bench.publish(LOOP, ["hand > each"])

    run = try_alone(bench, flow, "say", item=("z",))

    assert bench.output(run, "say") == {"it": "z", "at": 0}


def test_a_step_in_a_loop_takes_what_its_first_round_gave(bench: Bench) -> None:
    flow = bench.publish(LOOP, ["hand > each"])
    past = bench.run(flow)

    run = try_alone(bench, flow, "after", item=("z",), from_run=past)

    assert bench.output(run, "after") == {"it": "az"}


def test_a_loop_is_tried_with_all_its_rounds(bench: Bench) -> None:
    flow = bench.publish(LOOP, ["hand > each"])

    run = try_alone(bench, flow, "each")

    assert bench.output(run, "each")["results"] == ["a", "b"]


def test_variables_are_as_the_past_run_left_them(bench: Bench) -> None:
    steps = {
        "set": step("set-variables", config={"values": {"n": 7}}),
        "see": set_data(n="= vars.n"),
    }
    flow = bench.publish(steps, ["hand > set", "set > see"], vars={"n": 1})
    past = bench.run(flow)

    assert bench.output(try_alone(bench, flow, "see"), "see") == {"n": 1}
    assert bench.output(try_alone(bench, flow, "see", from_run=past), "see") == {"n": 7}


def test_large_results_are_taken_too(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    large = {"n": 1, "text": "x" * 50_000}

    run = try_alone(bench, flow, "second", pins={"first": {"output": large}})

    assert bench.output(run, "second") == {"n": 2, "by": ""}


@pytest.mark.parametrize(
    ("name", "parts", "where"),
    [
        pytest.param("second", {"pins": {"none": {}}}, ["/pins/none"], id="unknown step"),
        pytest.param("second", {"pins": {"second": {}}}, ["/pins/second"], id="the step itself"),
        pytest.param("second", {"item": (1,)}, ["/item"], id="item outside a loop"),
        pytest.param("say", {}, ["/item"], id="no item in a loop"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(
    bench: Bench, name: str, parts: dict[str, Any], where: list[str]
) -> None:
    flow = bench.publish({**CHAIN, **LOOP}, [*WIRES, "hand > each"])

    with pytest.raises(InvalidError) as refused:
        try_alone(bench, flow, name, **parts)

    assert wrong(refused) == where


def test_a_step_or_run_that_is_not_there_is_not_found(bench: Bench) -> None:
    flow, other = bench.publish(CHAIN, WIRES), bench.publish(CHAIN, WIRES, name="Other")
    foreign = bench.run(other)

    for name, past in (("none", None), ("second", uuid4()), ("second", foreign)):
        with pytest.raises(NotFoundError):
            try_alone(bench, flow, name, from_run=past)


def test_the_same_key_tries_a_step_once(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)

    runs = {try_alone(bench, flow, "first", key="k", start=False) for _ in range(2)}

    assert len(runs) == 1


def test_a_step_tried_alone_is_tried_again_with_the_same(bench: Bench) -> None:
    flow = bench.publish(CHAIN, WIRES)
    first = try_alone(bench, flow, "second", pins={"first": {"output": {"n": 41}}})

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, first, by="Ann", now=bench.now)
    bench.go()

    assert bench.output(again, "second") == {"n": 42, "by": ""}
