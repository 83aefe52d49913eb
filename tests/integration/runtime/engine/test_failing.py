"""What a failed run sets off: an alarm, a workflow for failures; and that it never goes round."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.correlation import correlate_batch
from runtime.flow_control.parts import save_parts
from runtime.flows.versions import get_flow, publish_flow, save_draft, set_paused
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs import advance as interpreter
from runtime.runs import segment
from runtime.runs.control import cancel_run, retry_run
from runtime.runs.start import Start, start_trial
from tests.factories.flows import flow_document, make_flow, step
from tests.integration.runtime.engine.bench import Bench

FAILS_WHEN_TOLD = {
    "ok": step("branch", config={"when": "trigger.input.?ok.orValue(false)"}),
    "fail": step("fail", config={"message": "the router is gone", "code": "router.gone"}),
}
WIRES = ["hand > ok", "ok:no > fail"]
LOG = {"log": step("write-log", config={"message": "= trigger.input.run.error.message"})}
ON_FAILURE = {"alarm": "major", "flow": "tell"}


def failing(bench: Bench, name: str = "Flaky", **on_failure: str) -> UUID:
    """Publish a workflow that fails unless its input says ok."""
    return bench.publish(FAILS_WHEN_TOLD, WIRES, name=name, settings={"on_failure": on_failure})


def go(bench: Bench) -> None:
    """Let runs and alarms do to each other whatever they do, a while."""
    with Matcher() as matcher:
        for _ in range(20):
            bench.go()
            with bench.sessions() as session, session.begin():
                if not correlate_batch(session, matcher=matcher, now=bench.now):
                    return


def alarms(bench: Bench) -> list[tuple[str, str, int]]:
    with bench.writing() as session:
        found = list_alarms(session, bench.tenant_id, AlarmFilter(q="workflow", state=""))
        return [(one.managed_object, one.perceived_severity, one.count) for one in found]


def note(bench: Bench, run: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (bench.view(run).error or {})["error_flow"]
    return found


def test_a_failure_raises_one_alarm_for_the_workflow_and_a_success_clears_it(bench: Bench) -> None:
    flow = failing(bench, alarm="major")
    for _ in range(2):
        bench.run(flow)
    go(bench)
    raised = alarms(bench)

    bench.run(flow, {"input": {"ok": True}})
    go(bench)

    assert raised == [("workflow Flaky", "major", 2)]
    assert [severity for _, severity, _ in alarms(bench)] == ["cleared"]


def test_workflows_of_the_same_name_have_alarms_of_their_own(bench: Bench) -> None:
    first, second = failing(bench, alarm="major"), failing(bench, alarm="minor")
    for flow in (first, second):
        bench.run(flow)
    go(bench)

    bench.run(first, {"input": {"ok": True}})
    go(bench)

    assert sorted(severity for _, severity, _ in alarms(bench)) == ["cleared", "minor"]


def test_a_workflow_that_got_another_name_still_clears_its_alarm(bench: Bench) -> None:
    flow = failing(bench, alarm="major")
    bench.run(flow)
    go(bench)
    with bench.writing() as session:
        before = get_flow(session, bench.tenant_id, flow)
        save_draft(
            session,
            bench.tenant_id,
            flow,
            document={**before.draft, "name": "Steady"},
            expected_revision=before.draft_revision,
            by="Ann",
            now=bench.now,
        )
        publish_flow(session, bench.tenant_id, flow, by="Ann", now=bench.now)

    bench.run(flow, {"input": {"ok": True}})
    go(bench)

    assert [severity for _, severity, _ in alarms(bench)] == ["cleared"]


def test_trials_and_cancelled_runs_set_nothing_off(bench: Bench) -> None:
    tell = bench.publish(LOG, ["hand > log"], name="Tell")
    flow = failing(bench, **ON_FAILURE)
    with bench.writing() as session:
        where = (session, bench.tenant_id, flow)
        start_trial(*where, Start(trigger={"kind": "manual"}), allow_effects=True, now=bench.now)
    cancelled = bench.start(flow)
    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, cancelled, by="Ann", now=bench.now)

    go(bench)

    assert alarms(bench) == []
    assert bench.runs_of(tell) == []


def test_the_workflow_for_failures_gets_the_facts(bench: Bench) -> None:
    tell = bench.publish(LOG, ["hand > log"], name="Tell")
    failed = bench.run(failing(bench, flow="tell"), {"input": {"site": "ZRH"}})

    (run,) = bench.runs_of(tell)
    assert run.trigger["input"] == {
        "run": {
            "id": str(failed),
            "flow": "Flaky",
            "error": {"step": "fail", "code": "router.gone", "message": "the router is gone"},
        },
        "trigger": {"kind": "manual", "input": {"site": "ZRH"}},
    }
    assert run.started_by == "workflow Flaky"
    assert note(bench, failed) == {"flow": "tell", "run_id": str(run.id)}


def test_each_failure_of_a_run_that_was_taken_up_again_is_told(bench: Bench) -> None:
    tell = bench.publish(LOG, ["hand > log"], name="Tell")
    failed = bench.run(failing(bench, flow="tell"))

    with bench.writing() as session:
        retry_run(session, bench.tenant_id, failed, by="Ann", now=bench.now)
    bench.go()

    assert len(bench.runs_of(tell)) == 2


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param("paused", "Tell is paused: resume it first", id="paused"),
        pytest.param("draft", "Tell is not published: publish it first", id="not published"),
        pytest.param("skips", "it takes no new run at present", id="skips"),
    ],
)
def test_a_workflow_for_failures_that_cannot_start_is_noted_on_the_run(
    bench: Bench, state: str, reason: str
) -> None:
    nap = {"nap": step("wait", config={"for_s": 600})}
    skip = {"settings": {"concurrency": {"policy": "skip"}}} if state == "skips" else {}
    document = {**flow_document(nap, ["hand > nap"], name="Tell"), **skip}
    with bench.writing() as session:
        tell = make_flow(session, bench.tenant_id, document, publish=state != "draft").id
        set_paused(session, bench.tenant_id, tell, paused=state == "paused", now=bench.now)
    flow = failing(bench, flow="tell")
    if state == "skips":
        bench.run(tell)

    failed = bench.run(flow)

    assert reason in note(bench, failed)["reason"]
    assert (bench.view(failed).error or {})["message"] == "the router is gone"


def set_off(bench: Bench, flow: UUID, other: str) -> None:
    """Let failures of a workflow start another, from its next version on."""
    with bench.writing() as session:
        save_parts(
            session,
            bench.tenant_id,
            flow,
            parts={"settings": {"on_failure": {"flow": other}}},
            expected_revision=get_flow(session, bench.tenant_id, flow).draft_revision,
            by="Ann",
            now=bench.now,
        )
        publish_flow(session, bench.tenant_id, flow, by="Ann", now=bench.now)


def test_workflows_that_fail_for_each_other_come_to_rest(bench: Bench) -> None:
    flaky = failing(bench, name="Flaky")
    flakier = failing(bench, name="Flakier", flow="flaky")
    set_off(bench, flaky, "flakier")

    bench.run(flaky)

    assert (len(bench.runs_of(flaky)), len(bench.runs_of(flakier))) == (1, 1)
    (second,) = bench.runs_of(flakier)
    assert "this would go round" in note(bench, second.id)["reason"]


def test_a_workflow_does_not_deal_with_its_own_failures(bench: Bench) -> None:
    flow = failing(bench)
    set_off(bench, flow, "flaky")

    failed = bench.run(flow)

    assert len(bench.runs_of(flow)) == 1
    assert "this would go round" in note(bench, failed)["reason"]


def test_what_the_workflow_for_failures_calls_sets_no_further_one_off(bench: Bench) -> None:
    child = failing(bench, name="Child")
    call = {"call": step("call-workflow", config={"flow": "child"})}
    tell = bench.publish(call, ["hand > call"], name="Tell")
    set_off(bench, child, "tell")
    with bench.writing() as session:
        publish_flow(session, bench.tenant_id, tell, by="Ann", now=bench.now)

    bench.run(child)

    assert (len(bench.runs_of(child)), len(bench.runs_of(tell))) == (2, 1)


def test_a_workflow_that_a_rule_starts_for_its_own_alarm_comes_to_rest(bench: Bench) -> None:
    fail = {"fail": step("fail", config={"message": "no"})}
    settings = {"on_failure": {"alarm": "critical"}}
    flow = bench.publish(fail, ["rule > fail", "hand > fail"], name="Own", settings=settings)
    when = {"field": "perceived_severity", "op": "is", "value": "critical"}
    rule = {"rule": 1, "name": "Rule", "when": when, "then": [{"do": "start", "flow": "own"}]}
    with bench.writing() as session:
        made = create_rule(session, bench.tenant_id, document=rule, by="Ann", now=bench.now)
        publish_rule(session, bench.tenant_id, made.id, mode=Mode.LIVE, by="Ann", now=bench.now)

    bench.run(flow)
    go(bench)

    assert len(bench.runs_of(flow)) == 2
    assert [count for _, _, count in alarms(bench)] == [1]


def test_a_run_that_garland_itself_could_not_advance_sets_off_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = bench.publish(LOG, ["hand > log"], name="Tell")
    flow = failing(bench, **ON_FAILURE)
    failed = bench.start(flow)
    broken = iter([True, True])

    def advance(*args: Any, **options: Any) -> Any:
        if next(broken, False):
            raise RuntimeError("a fault of its own")
        return interpreter.advance(*args, **options)

    monkeypatch.setattr(segment, "advance", advance)
    go(bench)

    assert (bench.view(failed).error or {})["code"] == "core.fault"
    assert [severity for _, severity, _ in alarms(bench)] == ["major"]
    assert len(bench.runs_of(tell)) == 1
