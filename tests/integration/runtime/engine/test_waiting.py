"""Waiting: for alarms, for messages, for other workflows; and what ends it."""

from __future__ import annotations

from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from runtime.alarms.intake.taking import take_from_api
from runtime.alarms.store import clear_by_person
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.runs.control import cancel_run
from runtime.runs.waits import resolve_events
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench


def waits(**config: Any) -> dict[str, Any]:
    return step("wait-for-event", config=config)


@pytest.fixture
def tell(bench: Bench) -> Any:
    """Give a function that lets an alarm event come in and be correlated."""

    def send(managed_object: str, severity: str = "major") -> UUID:
        event = {"managed_object": managed_object, "perceived_severity": severity}
        with bench.writing() as session:
            take_from_api(session, bench.tenant_id, event, now=bench.now)
        with bench.sessions() as session, session.begin(), Matcher() as matcher:
            correlate_batch(session, matcher=matcher, now=bench.now)
        return bench.alarm_of(managed_object)

    return send


def test_a_workflow_goes_on_when_its_alarm_clears(bench: Bench, tell: Any) -> None:
    alarm_id = tell("olt-7")
    flow = bench.publish({"clear": waits(alarm="= trigger.input.alarm")}, ["hand > clear"])
    run = bench.run(flow, {"input": {"alarm": str(alarm_id)}})
    before = bench.view(run).state.value

    tell("olt-7", "cleared")
    bench.go()

    assert before == "waiting"
    assert bench.output(run, "clear")["alarm"]["managed_object"] == "olt-7"
    assert bench.view(run).state.value == "succeeded"


def test_a_workflow_goes_on_when_a_person_clears_its_alarm(bench: Bench, tell: Any) -> None:
    alarm_id = tell("olt-7")
    flow = bench.publish({"clear": waits(alarm=str(alarm_id))}, ["hand > clear"])
    run = bench.run(flow)

    with bench.writing() as session:
        clear_by_person(session, bench.tenant_id, alarm_id, by="Ann", now=bench.now)
    tell("olt-8")
    bench.go()

    assert bench.output(run, "clear")["alarm"]["cleared_by"] == "Ann"
    assert bench.view(run).state.value == "succeeded"


def test_an_alarm_that_is_cleared_already_ends_the_wait_at_once(bench: Bench, tell: Any) -> None:
    alarm_id = tell("olt-7")
    tell("olt-7", "cleared")
    flow = bench.publish({"clear": waits(alarm=str(alarm_id))}, ["hand > clear"])

    run = bench.run(flow)

    assert bench.view(run).state.value == "succeeded"


def test_an_alarm_that_clears_while_its_wait_is_written_is_not_missed(
    bench: Bench, tell: Any
) -> None:
    alarm_id = tell("olt-7")
    run = bench.start(bench.publish({"clear": waits(alarm=str(alarm_id))}, ["hand > clear"]))

    cleared = {"managed_object": "olt-7", "perceived_severity": "cleared"}
    with bench.writing() as session:
        take_from_api(session, bench.tenant_id, cleared, now=bench.now)
    with bench.sessions() as session, session.begin(), Matcher() as matcher:
        correlate_batch(session, matcher=matcher, now=bench.now)
        worker = Thread(target=bench.drain.advance_batch, kwargs={"now": bench.now})
        worker.start()
        worker.join(0.3)  # on PostgreSQL it has come to the alarm and waits for us
    worker.join(10)
    bench.go()

    assert bench.view(run).state.value == "succeeded"


def test_a_workflow_goes_on_when_an_alarm_like_that_comes(bench: Bench, tell: Any) -> None:
    match = {"all": [{"field": "managed_object", "op": "is", "value": "olt-8"}]}
    flow = bench.publish({"next": waits(event="alarm", match=match)}, ["hand > next"])
    run = bench.run(flow)

    tell("olt-9")
    bench.go()
    between = bench.view(run).state.value
    tell("olt-8")
    bench.go()

    assert between == "waiting"
    assert bench.output(run, "next")["alarm"]["managed_object"] == "olt-8"


def test_a_message_ends_the_wait_for_its_correlation_value_once(bench: Bench) -> None:
    wait = waits(event="message", correlation="= trigger.input.ticket")
    flow = bench.publish({"reply": wait}, ["hand > reply"])
    run = bench.run(flow, {"input": {"ticket": "T-17"}})

    def message() -> list[UUID]:
        with bench.writing() as session:
            where = (session, bench.tenant_id, "message", f"{flow}:T-17")
            return resolve_events(*where, {"body": {"ok": True}}, now=bench.now)

    first, second = message(), message()
    bench.go()

    assert (first, second) == ([run], [])
    assert bench.output(run, "reply") == {"body": {"ok": True}}


def test_a_wait_gives_up_when_its_time_is_up_and_the_late_event_changes_nothing(
    bench: Bench,
) -> None:
    wait = waits(event="message", correlation="T-1", timeout_s=60)
    steps = {"reply": wait, "late": step("write-log", config={"message": "late"})}
    flow = bench.publish(steps, ["hand > reply", "reply:timeout > late"])
    run = bench.run(flow)

    bench.go(after_s=61)
    with bench.writing() as session:
        after = resolve_events(
            session, bench.tenant_id, "message", f"{flow}:T-1", {}, now=bench.now
        )

    assert bench.states(run) == {"reply": "succeeded", "late": "succeeded"}
    assert after == []


def test_a_called_workflow_gives_its_result(bench: Bench) -> None:
    end = step("end", config={"output": {"n": "= trigger.input.n + 1"}})
    bench.publish({"end": end}, ["hand > end"], name="Child")
    call = step("call-workflow", config={"flow": "child", "input": {"n": "= trigger.input.n"}})
    flow = bench.publish({"call": call}, ["hand > call"], name="Parent")

    run = bench.run(flow, {"input": {"n": 4}})

    assert bench.output(run, "call") == {"n": 5}
    assert bench.view(run).state.value == "succeeded"


def test_a_called_workflow_stays_at_the_version_that_was_published(bench: Bench) -> None:
    child = bench.publish(
        {"end": step("end", config={"output": {"v": 1}})}, ["hand > end"], name="Child"
    )
    call = step("call-workflow", config={"flow": "child"})
    flow = bench.publish({"call": call}, ["hand > call"], name="Parent")
    bench.republish(child, {"end": step("end", config={"output": {"v": 2}})}, ["hand > end"])

    run = bench.run(flow)

    assert bench.output(run, "call") == {"v": 1}


def test_a_failed_called_workflow_fails_the_step_with_its_reason(bench: Bench) -> None:
    fail = step("fail", config={"message": "unknown customer"})
    bench.publish({"no": fail}, ["hand > no"], name="Child")
    call = step("call-workflow", config={"flow": "child"})
    flow = bench.publish({"call": call}, ["hand > call"], name="Parent")

    run = bench.run(flow)

    error = bench.view(run).error or {}
    assert (error["code"], error["step"]) == ("workflow.failed", "call")
    assert "unknown customer" in error["message"]


def test_cancelling_reaches_down_to_the_called_workflow(bench: Bench) -> None:
    child = bench.publish(
        {"nap": step("wait", config={"for_s": 999})}, ["hand > nap"], name="Child"
    )
    call = step("call-workflow", config={"flow": "child"})
    flow = bench.publish({"call": call}, ["hand > call"], name="Parent")
    run = bench.run(flow)

    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, run, by="Ann", now=bench.now)
    bench.go()

    assert bench.view(run).state.value == "cancelled"
    assert [one.state.value for one in bench.runs_of(child)] == ["cancelled"]


def test_a_message_over_rest_resumes_who_waits_for_it_and_is_refused_when_nobody_does(
    bench: Bench, app: Any
) -> None:
    flow = bench.publish({"reply": waits(event="message", correlation="T-5")}, ["hand > reply"])
    run = bench.run(flow)
    client, headers = app.test_client(), bench.token()

    first, second = (
        client.post(
            f"/api/v1/flows/{flow}/messages",
            json={"correlation": "T-5", "body": {"closed": True}},
            headers=headers,
        )
        for _ in range(2)
    )
    bench.go()

    assert (first.status_code, first.json) == (202, {"resumed": [str(run)]})
    assert second.status_code == 404
    assert second.json["detail"] == "no run of this workflow waits for T-5"
    assert bench.output(run, "reply")["body"] == {"closed": True}
