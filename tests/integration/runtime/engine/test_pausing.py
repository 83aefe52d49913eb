"""What pausing a workflow keeps away, and what goes on."""

from __future__ import annotations

from uuid import UUID

import pytest

from runtime.alarms.intake.taking import take_from_api
from runtime.correlation import correlate_batch
from runtime.flow_control.pausing import set_many_paused
from runtime.rules.firings import firings_of_alarm
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs.not_started import NotStartedError
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

NAP = {"nap": step("wait", config={"for_s": 60})}
LOG = {"log": step("write-log", config={"message": "hello"})}


def pause(bench: Bench, *flows: UUID, paused: bool = True) -> None:
    with bench.writing() as session:
        set_many_paused(session, bench.tenant_id, flows, paused=paused, now=bench.now)


def test_runs_under_way_go_on_and_so_do_those_that_wait_for_their_turn(bench: Bench) -> None:
    queue = {"concurrency": {"policy": "queue"}}
    flow = bench.publish(NAP, ["hand > nap"], settings=queue)
    runs = [bench.start(flow) for _ in range(2)]
    bench.go()

    pause(bench, flow)
    bench.go(after_s=61)
    bench.go(after_s=61)

    assert [bench.view(run).state.value for run in runs] == ["succeeded", "succeeded"]


def test_people_are_told_and_can_start_it_once_it_is_resumed(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > log"])
    pause(bench, flow)

    with pytest.raises(NotStartedError, match="Flow is paused: resume it first"):
        bench.start(flow)
    pause(bench, flow, paused=False)

    assert bench.view(bench.run(flow)).state.value == "succeeded"


def test_steps_of_runs_under_way_still_call_it(bench: Bench) -> None:
    child = bench.publish(LOG, ["hand > log"], name="Child")
    steps = {**NAP, "call": step("call-workflow", config={"flow": "child"})}
    run = bench.run(bench.publish(steps, ["hand > nap", "nap > call"], name="Parent"))

    pause(bench, child)
    bench.go(after_s=61)

    assert bench.view(run).state.value == "succeeded"


def test_a_rules_firing_notes_that_nothing_was_started(bench: Bench) -> None:
    flow = bench.publish(LOG, ["rule > log"])
    when = {"field": "perceived_severity", "op": "is", "value": "critical"}
    rule = {"rule": 1, "name": "Rule", "when": when, "then": [{"do": "start", "flow": "flow"}]}
    with bench.writing() as session:
        made = create_rule(session, bench.tenant_id, document=rule, by="Ann", now=bench.now)
        publish_rule(session, bench.tenant_id, made.id, mode=Mode.LIVE, by="Ann", now=bench.now)
    pause(bench, flow)

    event = {"managed_object": "r1", "perceived_severity": "critical"}
    with bench.writing() as session:
        take_from_api(session, bench.tenant_id, event, now=bench.now)
    with bench.sessions() as session, session.begin(), Matcher() as matcher:
        correlate_batch(session, matcher=matcher, now=bench.now)

    with bench.writing() as session:
        (firing,) = firings_of_alarm(session, bench.tenant_id, bench.alarm_of("r1"))
    assert bench.runs_of(flow) == []
    assert "Flow is paused: resume it first" in str(firing.did)
