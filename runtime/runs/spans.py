"""A run as a tree of spans: the run, its attempts of steps, and their calls to the outside.

Ids come from the rows' own ids, so each span is made when its row is over, from the row alone. A
run that was started by a traced request belongs to that request's trace, else it has one of its
own whose id is the run's. Lines of the log name the same ids. What a process that is killed had
not exported yet is lost; records are not.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from blocks.sdk import BlockError, HttpRequest
from kernel import spans, trace
from kernel.spans import SPAN_ID_BITS, Span, child_of
from kernel.trace import Traceparent
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import RunState, StepState

_SPAN_ID = (1 << SPAN_ID_BITS) - 1


def context_of(run: RunRow, record: RecordRow) -> Traceparent | None:
    """Give what calls of an attempt, and runs it starts, belong to.

    While no spans are exported that is the caller's span itself, or none.
    """
    if not spans.is_on():
        return trace.kept_in(run.trigger)
    return child_of(_of_run(run), span_id=record.id.int & _SPAN_ID)


def name_in_log(run: RunRow) -> None:
    """Name a run, its tenant and its trace in every line that is logged from here on."""
    facts = {"run_id": str(run.id), "tenant_id": str(run.tenant_id)}
    if spans.is_on() or trace.HEADER in run.trigger:
        facts["trace_id"] = f"{_of_run(run).trace_id:032x}"
    structlog.contextvars.bind_contextvars(**facts)


def name_no_more() -> None:
    """Name none any more."""
    structlog.contextvars.unbind_contextvars("run_id", "tenant_id", "trace_id")


@contextmanager
def at_work_on(run: RunRow) -> Iterator[None]:
    """Name the run in every line that is logged meanwhile."""
    name_in_log(run)
    try:
        yield
    finally:
        name_no_more()


def export_batch(batch: Sequence[tuple[RunRow, Iterable[RecordRow], str]]) -> None:
    """Export the runs and attempts of a batch that are over; the text is the workflow's name."""
    for run, records, flow in batch:
        context = _of_run(run)
        for record in records:
            if record.ended_at is not None:
                _tell_attempt(run, record, context)
        if run.state.is_over:
            _tell_run(run, context, flow)


@contextmanager
def traced(request: HttpRequest) -> Iterator[HttpRequest]:
    """Let a call carry the trace it is made for, and export it; headers of the step's own stay."""
    parent = trace.current()
    if parent is None or not spans.is_on():
        yield _with_header(request, parent)
        return
    context, began_ns, error = child_of(parent), time.time_ns(), ""
    try:
        yield _with_header(request, context)
    except BlockError as failure:
        error = failure.code
        raise
    finally:
        call = Span(
            name=request.method,
            kind="client",
            context=context,
            parent=parent,
            began_ns=began_ns,
            ended_ns=time.time_ns(),
            attributes={"http.request.method": request.method, **_place_of(request.url)},
            error=error,
        )
        spans.tell(call)


def _with_header(request: HttpRequest, context: Traceparent | None) -> HttpRequest:
    if context is None or any(name.lower() == trace.HEADER for name in request.headers):
        return request
    return replace(request, headers={**request.headers, trace.HEADER: str(context)})


def _place_of(url: str) -> dict[str, str | int]:
    """Name the host alone: paths and queries of webhooks are credentials."""
    try:
        host, port = urlsplit(url).hostname, urlsplit(url).port
    except ValueError:
        return {}
    named: dict[str, str | int] = {"server.address": host or ""}
    return named if port is None else {**named, "server.port": port}


def _of_run(run: RunRow) -> Traceparent:
    parent = trace.kept_in(run.trigger)
    return child_of(parent, trace_id=run.id.int, span_id=run.id.int & _SPAN_ID)


def _tell_run(run: RunRow, context: Traceparent, flow: str) -> None:
    failed = run.state is RunState.FAILED
    told = Span(
        name=f"run {flow}".rstrip(),
        context=context,
        parent=trace.kept_in(run.trigger),
        began_ns=_ns(run.started_at),
        ended_ns=_ns(run.ended_at or run.started_at),
        attributes={
            "garland.run.id": str(run.id),
            "garland.run.state": run.state.value,
            "garland.run.trigger": run.trigger_kind,
            "garland.workflow.id": str(run.flow_id),
            "garland.tenant.id": str(run.tenant_id),
        },
        error=str((run.error or {}).get("code", "run.failed")) if failed else "",
    )
    spans.tell(told)


def _tell_attempt(run: RunRow, record: RecordRow, parent: Traceparent) -> None:
    block, _, version = record.block.partition("@")
    began, failed = record.started_at or record.queued_at, record.state is StepState.FAILED
    told = Span(
        name=f"step {block}",
        context=Traceparent(parent.trace_id, record.id.int & _SPAN_ID, parent.sampled),
        parent=parent,
        began_ns=_ns(began),
        ended_ns=_ns(record.ended_at or began),
        attributes={
            "garland.run.id": str(run.id),
            "garland.step.path": record.step,
            "garland.step.attempt": record.attempt,
            "garland.step.state": record.state.value,
            "garland.step.port": record.port or "",
            "garland.step.queued_s": (began - record.queued_at).total_seconds(),
            "garland.block": block,
            "garland.block.version": version,
        },
        error=str((record.error or {}).get("code", "step.failed")) if failed else "",
    )
    spans.tell(told)


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1e6) * 1_000
