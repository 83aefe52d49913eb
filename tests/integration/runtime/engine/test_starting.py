"""Starts: what a workflow takes, how often, and how many at a time."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from kernel.errors import InvalidError
from runtime.due import Due, due_sleepers
from runtime.runs._tables import Run
from tenancy.scope import system
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

NAP: dict[str, Any] = {"nap": step("wait", config={"for_s": 60})}


def limited(bench: Bench, policy: str, **parts: Any) -> Any:
    settings = {"concurrency": {"policy": policy, **parts}}
    return bench.publish(NAP, ["hand > nap"], settings=settings)


def test_runs_wait_for_their_turn_and_come_in_the_order_they_were_started(bench: Bench) -> None:
    flow = limited(bench, "queue")
    first, second, third = (bench.run(flow) for _ in range(3))
    before = [bench.view(run).held for run in (first, second, third)]

    bench.go(after_s=61)

    assert before == [False, True, True]
    assert [bench.view(run).held for run in (first, second, third)] == [False, False, True]
    bench.go(after_s=61)
    bench.go(after_s=61)
    assert {bench.view(run).state.value for run in (first, second, third)} == {"succeeded"}


def test_a_start_is_skipped_while_another_run_is_under_way(bench: Bench) -> None:
    flow = limited(bench, "skip")
    bench.run(flow)

    assert bench.try_start(flow) is None
    bench.go(after_s=61)
    assert bench.try_start(flow) is not None


def test_a_start_replaces_the_run_under_way(bench: Bench) -> None:
    flow = limited(bench, "replace")
    first = bench.run(flow)

    second = bench.run(flow)

    assert bench.view(first).state.value == "cancelled"
    assert "Replaced" in (bench.view(first).error or {})["message"]
    assert bench.view(second).state.value == "waiting"


def test_the_limit_counts_each_value_of_its_key(bench: Bench) -> None:
    flow = limited(bench, "skip", key="= trigger.input.site")
    bench.run(flow, {"input": {"site": "ZRH"}})

    assert bench.try_start(flow, {"input": {"site": "ZRH"}}) is None
    assert bench.try_start(flow, {"input": {"site": "BRN"}}) is not None


def test_a_trigger_with_a_key_of_its_own_starts_once_for_each_value(bench: Bench) -> None:
    triggers = {"hand": {"kind": "manual", "dedup": "= trigger.input.ticket"}}
    flow = bench.publish(NAP, ["hand > nap"], triggers=triggers)

    started = [bench.try_start(flow, {"input": {"ticket": name}}) for name in ("a", "a", "b")]

    assert [one is not None for one in started] == [True, False, True]


def test_what_does_not_fit_the_workflows_input_is_refused_by_field(bench: Bench) -> None:
    schema = {"type": "object", "required": ["site"], "properties": {"site": {"type": "string"}}}
    flow = bench.publish(NAP, ["hand > nap"], input=schema)

    with pytest.raises(InvalidError) as refused:
        bench.start(flow, {"input": {"site": 3}})

    assert refused.value.problems[0].pointer == "/site"


def test_a_run_held_back_by_a_limit_newer_than_the_run_before_it_gets_its_turn(
    bench: Bench,
) -> None:
    flow = bench.publish(NAP, ["hand > nap"])
    bench.run(flow)
    bench.republish(flow, NAP, ["hand > nap"], settings={"concurrency": {"policy": "queue"}})
    held = bench.run(flow)
    bench.go(after_s=61)
    before = bench.view(held).held

    bench.drain.give_stuck_turns(now=bench.now)
    bench.go()

    assert (before, bench.view(held).held) == (True, False)


def test_the_sweep_wakes_who_gives_turns_that_nobody_gave(bench: Bench) -> None:
    flow = limited(bench, "queue")
    first, _ = bench.run(flow), bench.run(flow)
    with bench.writing() as session:
        died = update(Run).where(Run.id == first)  # its worker, before it gave the turn
        session.execute(died.values(ended_at=bench.now, due_at=None))

    with bench.sessions() as session, system(session):
        found = due_sleepers(session, now=bench.now)

    assert found == [Due("runs")]
