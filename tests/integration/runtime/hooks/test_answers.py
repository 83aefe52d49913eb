"""What the sender is told of the run's end, and messages that let waiting runs go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from kernel.clock import utc_now
from runtime.hooks import store
from runtime.hooks.answering import prepare, take
from runtime.hooks.called.api import SLOTS
from runtime.hooks.waiting import Slots
from runtime.runs._tables import Run
from tenancy.keys.vault import tenant_vault
from tests.factories.flows import step
from tests.integration.runtime.hooks.conftest import Hooked, code, delivery_of

CORRELATE = "= trigger.body.id"


def ends(output: Any) -> dict[str, Any]:
    return {"end": step("end", config={"output": output})}


@contextmanager
def working(hooked: Hooked) -> Iterator[None]:
    """Let a worker advance runs meanwhile."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            hooked.go()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join(20)


def test_the_result_of_the_run_is_the_answer(hooked: Hooked) -> None:
    hooked.publish(ends({"sum": "= trigger.body.a + 1"}), ["hook > end"], respond="when_done")

    with working(hooked):
        answer = hooked.call({"a": 4})

    assert (answer.status_code, answer.json) == (200, {"sum": 5})
    assert answer.headers["Location"].endswith(str(hooked.runs()[0].id))


def test_the_end_may_choose_status_and_body(hooked: Hooked) -> None:
    chosen = {"status": 422, "body": {"why": "= trigger.body.a"}}
    hooked.publish(ends(chosen), ["hook > end"], respond="when_done")

    with working(hooked):
        answer = hooked.call({"a": "too late"})

    assert (answer.status_code, answer.json) == (422, {"why": "too late"})
    assert hooked.runs()[0].state.value == "succeeded"


def test_a_failed_run_is_told_without_its_reason(hooked: Hooked) -> None:
    fail = {"no": step("fail", config={"message": "the core router is called pe1-secret"})}
    hooked.publish(fail, ["hook > no"], respond="when_done")

    with working(hooked):
        answer = hooked.call({})

    assert code(answer) == (500, "hook.run_failed")
    assert (answer.json or {})["run"] == str(hooked.runs()[0].id)
    assert "pe1-secret" not in answer.text


def test_a_repeat_waits_for_the_same_run_and_is_answered_alike(hooked: Hooked) -> None:
    hooked.publish(ends({"n": "= trigger.body.n"}), ["hook > end"], respond="when_done")

    with working(hooked):
        answers = [hooked.call({"n": n}, webhook_id="msg_1") for n in (1, 2)]

    assert [one.json for one in answers] == [{"n": 1}, {"n": 1}]
    assert len(hooked.runs()) == 1


def test_a_run_that_takes_too_long_is_answered_with_where_to_look(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.hooks.called.api.AT_MOST_S", 0.5)
    hooked.publish(ends({}), ["hook > end"], respond="when_done")

    began = time.monotonic()
    answer = hooked.call({})

    run = hooked.run_of(answer)
    assert answer.status_code == 202
    assert 0.5 <= time.monotonic() - began < 10
    assert (answer.json or {})["detail"].count(f"/api/v1/runs/{run.id}") == 1


def test_no_transaction_is_open_while_a_delivery_is_awaited(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.hooks.called.api.AT_MOST_S", 1.0)
    hooked.publish(ends({}), ["hook > end"], respond="when_done")
    seen: list[int] = []

    def rest(_notices: Any, at_most_s: float) -> None:
        pool: Any = hooked.app.extensions["garland.services"].engine.pool
        seen.append(pool.checkedout())
        time.sleep(at_most_s)

    monkeypatch.setattr("runtime.hooks.waiting.RunNotices.rest", rest)
    hooked.call({})

    assert seen
    assert set(seen) == {0}


def test_who_finds_no_room_to_wait_is_answered_at_once(hooked: Hooked) -> None:
    hooked.publish(ends({}), ["hook > end"], respond="when_done")
    slots = Slots(1)
    hooked.app.extensions[SLOTS] = slots

    with slots.one(hooked.bench.tenant_id) as has_room:
        began = time.monotonic()
        answer = hooked.call({})

    assert has_room
    assert answer.status_code == 202
    assert "the run goes on" in (answer.json or {})["detail"]
    assert time.monotonic() - began < 15


def test_a_delivery_lets_the_run_go_on_that_waits_for_its_value(hooked: Hooked) -> None:
    wait = step("wait-for-event", config={"event": "message", "correlation": "= trigger.body.id"})
    end = step("end", config={"output": {"said": "= steps.wait.output.body.state"}})
    steps = {"wait": wait, "end": end}
    wires = ["hook > wait", "wait:happened > end"]
    hooked.publish(steps, wires, correlate="= trigger.body.id")
    started = hooked.call({"id": "T-17"})
    hooked.go()

    resumed = hooked.call({"id": "T-17", "state": "closed"})
    hooked.go()

    run = hooked.run_of(started)
    assert (started.status_code, resumed.status_code) == (202, 202)
    assert resumed.json == {"resumed": [str(run.id)]}
    assert run.state.value == "succeeded"
    assert len(hooked.runs()) == 1
    assert [one.outcome.value for one in hooked.deliveries()] == ["resumed", "started"]


def test_two_deliveries_for_one_wait_let_it_go_on_once(hooked: Hooked) -> None:
    wait = step("wait-for-event", config={"event": "message", "correlation": "T-17"})
    triggers = {"hand": {"kind": "manual"}, "hook": {"kind": "webhook", "correlate": CORRELATE}}
    hooked.flow_id = hooked.bench.publish({"wait": wait}, ["hand > wait"], triggers=triggers)
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id, hooked.flow_id)
        store.make_addresses(*where, vault=hooked.vault, now=utc_now())
    run = hooked.bench.run(hooked.flow_id)
    answers: list[TestResponse] = []
    second = threading.Thread(target=lambda: answers.append(hooked.call({"id": "T-17"})))

    with hooked.bench.writing() as session:
        target = store.target_of(session, *where[1:], "hook", now=utc_now())
        keys = tenant_vault(session, target.tenant_id, hooked.vault)
        prepared = prepare(target, delivery_of(b'{"id": "T-17"}'), keys)
        first = take(session, target, prepared, now=utc_now())
        second.start()
        second.join(1.0)
    second.join(20)

    assert first.run_ids == (run,)
    assert code(answers[0]) == (404, "hook.nobody_waits")


def test_a_repeat_after_its_run_was_purged_is_answered_without_waiting(hooked: Hooked) -> None:
    hooked.publish(ends({"n": 1}), ["hook > end"], respond="when_done")
    with working(hooked):
        hooked.call({}, webhook_id="msg_1")
    (run,) = hooked.runs()
    with hooked.bench.writing() as session:
        session.execute(delete(Run).where(Run.id == run.id))

    again = hooked.call({}, webhook_id="msg_1")

    assert (again.status_code, again.json) == (202, {"run": str(run.id)})


def test_a_webhook_that_only_resumes_refuses_a_value_nobody_waits_for(hooked: Hooked) -> None:
    hooked.publish({"end": step("end")}, [], correlate="= trigger.body.?id.orValue('')")

    unknown, missing = hooked.call({"id": "T-9"}), hooked.call({})

    assert code(unknown) == (404, "hook.nobody_waits")
    assert code(missing) == (422, "garland.invalid")
    assert "starts no runs" in (missing.json or {})["detail"]
    assert hooked.runs() == []


@pytest.mark.parametrize("value", [1.5, True, {"a": 1}, "x" * 201], ids=repr)
def test_a_value_that_names_nothing_is_refused(hooked: Hooked, value: Any) -> None:
    hooked.publish(correlate="= trigger.body.id")

    assert code(hooked.call({"id": value})) == (422, "garland.invalid")
    assert code(hooked.call({})) == (422, "flow.expression")
