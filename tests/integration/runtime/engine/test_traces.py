"""A run joins the trace of what started it, and its spans tell what it did and nothing secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from flask import Flask

from blocks.sdk import BlockError, HttpRequest, HttpResponse
from kernel import spans, trace
from kernel._otel import OtelExporter
from kernel.clock import utc_now
from kernel.trace import Traceparent
from runtime.alarms.intake.taking import take_from_api
from runtime.alarms.journal import raw_of, take
from runtime.correlation import correlate_batch
from runtime.flows.versions import get_flow
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.runs.control import rerun
from runtime.runs.query import get_run
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.support.collector import Collected, Collector, running_collector

PARENT = Traceparent(0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7)
TRACE, SPAN = str(PARENT).split("-")[1:3]
CALL = step(
    "http-request", config={"method": "GET", "url": "https://x.example/hooks/s3cret?k=s3cret"}
)
LIGHT = step("write-log", config={"message": "s3cret"})
Spans = Callable[[], Collector]


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    """Export to a collector, and give a function that waits until all of it came."""
    with running_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        exporter = OtelExporter("worker")
        spans.use(exporter)

        def wait() -> Collector:
            exporter.close(within_s=10)
            return collector

        yield wait
        spans.use(None)
        exporter.close(within_s=10)


def started(bench: Bench, flow: UUID, parent: Traceparent | None = PARENT) -> UUID:
    with trace.joined(parent):
        return bench.start(flow)


def one(found: list[Collected]) -> Collected:
    assert len(found) == 1, found
    return found[0]


def test_run_attempts_and_call_hang_below_the_caller(bench: Bench, exported: Spans) -> None:
    flow = bench.publish({"call": CALL, "log": LIGHT}, ["hand > call", "call:done > log"], name="F")
    started(bench, flow)
    bench.go()

    collector = exported()
    run, call = one(collector.named("run F")), one(collector.named("GET"))
    attempt, light = (
        one(collector.named(f"step garland.{b}")) for b in ("http-request", "write-log")
    )
    assert {span.trace for span in collector.spans} == {TRACE}
    assert (run.parent, attempt.parent, light.parent) == (SPAN, run.id, run.id)
    assert (call.parent, call.attributes["server.address"]) == (attempt.id, "x.example")
    assert bench.http.calls[0].headers["traceparent"] == f"00-{TRACE}-{call.id}-01"
    assert {span.service for span in collector.spans} == {"garland-worker"}


def test_a_run_of_nobodys_trace_has_one_of_its_own(bench: Bench, exported: Spans) -> None:
    run_id = started(bench, bench.publish({"log": LIGHT}, ["hand > log"]), None)
    bench.go()

    run = one(exported().named("run"))
    assert (run.trace, run.parent) == (run_id.hex, "")
    assert run.attributes["garland.run.id"] == str(run_id)


def test_what_the_caller_does_not_record_is_not_recorded(bench: Bench, exported: Spans) -> None:
    unrecorded = Traceparent(PARENT.trace_id, PARENT.span_id, sampled=False)
    started(bench, bench.publish({"call": CALL}, ["hand > call"]), unrecorded)
    bench.go()

    assert exported().spans == []
    assert bench.http.calls[0].headers["traceparent"].startswith(f"00-{TRACE}-")
    assert bench.http.calls[0].headers["traceparent"].endswith("-00")


def test_spans_have_the_times_of_the_records(bench: Bench, exported: Spans) -> None:
    waits = step("wait", config={"for_s": 90})
    flow = bench.publish({"wait": waits}, ["hand > wait"])
    run_id = started(bench, flow)
    bench.go()
    bench.go(after_s=120)

    attempt = one(exported().named("step garland.wait"))
    record = bench.steps(run_id)[0]
    assert record.ended_at is not None
    assert record.started_at is not None
    took = record.ended_at - record.started_at
    assert timedelta(seconds=attempt.seconds) - took < timedelta(milliseconds=1)


def test_each_attempt_is_a_span_and_a_failure_is_told_by_its_code(
    bench: Bench, exported: Spans
) -> None:
    bench.http.answers = [BlockError("http.unreachable", "s3cret", retryable=True)] * 2
    retry = {"retry": {"max": 1, "backoff": "fixed", "base_s": 1}}
    started(bench, bench.publish({"call": {**CALL, **retry}}, ["hand > call"]))
    bench.go()
    bench.go(after_s=5)

    collector = exported()
    attempts = collector.named("step garland.http-request")
    assert [span.attributes["garland.step.attempt"] for span in attempts] == [1, 2]
    assert {span.error for span in collector.spans} == {"http.unreachable"}
    assert all(b"s3cret" not in body for body in collector.bodies)


def test_a_called_workflow_hangs_below_the_step_that_calls(bench: Bench, exported: Spans) -> None:
    called = bench.publish({"log": LIGHT}, ["hand > log"], name="Called")
    with bench.writing() as session:
        slug = get_flow(session, bench.tenant_id, called).slug
    calls = step("call-workflow", config={"flow": slug})
    started(bench, bench.publish({"call": calls}, ["hand > call"], name="Calls"))
    bench.go()

    collector = exported()
    child, caller = one(collector.named("run Called")), one(collector.named("step garland.call-wo"))
    assert (child.trace, child.parent) == (TRACE, caller.id)


def test_while_off_the_callers_context_is_passed_on_as_it_came(bench: Bench) -> None:
    started(bench, bench.publish({"call": CALL}, ["hand > call"]))
    bench.go()

    assert bench.http.calls[0].headers["traceparent"] == str(PARENT)


def test_while_off_a_call_of_nobodys_trace_carries_none(bench: Bench) -> None:
    started(bench, bench.publish({"call": CALL}, ["hand > call"]), None)
    bench.go()

    assert "traceparent" not in bench.http.calls[0].headers


def test_a_header_of_the_steps_own_stays(bench: Bench, exported: Spans) -> None:
    own = {"Traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    config = {"method": "GET", "url": "https://x.example", "headers": own}
    started(bench, bench.publish({"call": step("http-request", config=config)}, ["hand > call"]))
    bench.go()
    exported()

    headers = bench.http.calls[0].headers
    assert {k: v for k, v in headers.items() if k.lower() == "traceparent"} == own


def test_an_alarm_carries_its_senders_trace_through_a_rule(bench: Bench, exported: Spans) -> None:
    flow = bench.publish({"log": LIGHT}, ["rule > log"], name="By rule")
    with bench.writing() as session:
        rule = {
            "rule": 1,
            "name": "R",
            "when": {"all": [{"field": "managed_object", "op": "is", "value": "olt-7"}]},
            "then": [{"do": "start", "flow": get_flow(session, bench.tenant_id, flow).slug}],
        }
        made = create_rule(session, bench.tenant_id, document=rule, by="t", now=bench.now)
        publish_rule(session, bench.tenant_id, made.id, mode=Mode.LIVE, by="t", now=bench.now)
    event = {"managed_object": "olt-7", "perceived_severity": "major"}
    with bench.writing() as session, trace.joined(PARENT):
        take_from_api(session, bench.tenant_id, event, now=bench.now)
    with bench.sessions() as session, session.begin(), Matcher() as matcher:
        correlate_batch(session, matcher=matcher, now=bench.now)
    bench.go()

    run = one(exported().named("run By rule"))
    assert (run.trace, run.parent) == (TRACE, SPAN)


def test_the_journal_gives_back_what_was_sent_without_the_trace(bench: Bench) -> None:
    event = {"managed_object": "olt-7", "perceived_severity": "major"}
    with bench.writing() as session, trace.joined(PARENT):
        take_from_api(session, bench.tenant_id, event, now=bench.now)

    with bench.writing() as session:
        (row,) = take(session, 1)
        raw = raw_of(session, bench.tenant_id, row.seq)
    assert row.parent == PARENT
    assert "traceparent" not in row.event
    assert "traceparent" not in raw


def test_a_run_again_is_not_of_the_first_ones_trace(bench: Bench) -> None:
    first = started(bench, bench.publish({"log": LIGHT}, ["hand > log"]))
    bench.go()

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, first, by="Ann", now=bench.now)
        assert "traceparent" in get_run(session, bench.tenant_id, first).trigger
        assert "traceparent" not in get_run(session, bench.tenant_id, again).trigger


def test_a_start_over_rest_keeps_the_requests_trace(app: Flask, bench: Bench) -> None:
    flow = bench.publish({"log": LIGHT}, ["hand > log"])
    headers = {**bench.token(), "traceparent": str(PARENT)}

    client = app.test_client()
    client.post(f"/api/v1/flows/{flow}/runs", json={}, headers=headers)
    client.post(f"/api/v1/flows/{flow}/runs", json={}, headers=bench.token())

    kept = sorted(run.trigger.get("traceparent", "") for run in bench.runs_of(flow))
    assert kept == ["", str(PARENT)], "and the next request on the thread is of no trace"


def test_a_request_is_a_span_between_the_caller_and_the_run(
    app: Flask, bench: Bench, exported: Spans
) -> None:
    flow = bench.publish({"log": LIGHT}, ["hand > log"])
    headers = {**bench.token(), "traceparent": str(PARENT)}

    app.test_client().post(f"/api/v1/flows/{flow}/runs", json={}, headers=headers)
    bench.now = utc_now()
    bench.go()

    collector = exported()
    request, run = (
        one(collector.named("POST /api/v1/flows/<uuid:flow_id>/runs")),
        one(collector.named("run")),
    )
    assert (request.parent, run.parent) == (SPAN, request.id)
    assert request.attributes["http.response.status_code"] == 202


def test_lines_of_the_log_name_run_tenant_and_trace(bench: Bench) -> None:
    seen: list[dict[str, object]] = []

    def remember(_: HttpRequest) -> HttpResponse:
        seen.append(structlog.contextvars.get_contextvars())
        return HttpResponse(status=200, body=b"{}")

    bench.http.send = remember  # type: ignore[method-assign]
    run = started(bench, bench.publish({"call": CALL}, ["hand > call"]))
    bench.go()

    named = {"run_id": str(run), "tenant_id": str(bench.tenant_id), "trace_id": TRACE}
    assert seen[0].items() >= named.items()
    assert "run_id" not in structlog.contextvars.get_contextvars()
