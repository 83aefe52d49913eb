"""What the web process tells of its requests: counts, times, and spans where they are wanted."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from kernel import spans, trace
from kernel.metrics import counter, histogram
from kernel.spans import Span, child_of

REQUESTS = counter("garland_http_requests", "Requests that were answered", "endpoint", "status")
REQUEST_SECONDS = histogram(
    "garland_http_request_seconds", "How long answers took, up to their first byte", "endpoint"
)
UNKNOWN = "unknown"
QUIET = ("static", "operations.healthz", "operations.readyz", "operations.metrics", "live.stream")
SERVER_ERROR = 500


def install(app: Flask) -> None:
    """Fit counting and tracing to an application, around everything else."""
    app.before_request(_begin)
    app.after_request(_count)
    app.teardown_request(_export)


def _route() -> str:
    """Name the address that was asked for as it is written in the code: others may be keys."""
    return request.url_rule.rule if request.url_rule is not None else UNKNOWN


def _begin() -> None:
    """Take up the caller's trace: what this request starts belongs to it."""
    g.began, g.began_ns, g.status = time.perf_counter(), time.time_ns(), SERVER_ERROR
    g.trace_parent = trace.Traceparent.read(request.headers.get(trace.HEADER))
    g.trace_context = child_of(g.trace_parent) if _is_traced() else g.trace_parent
    trace.join(g.trace_context)
    if g.trace_context is not None:
        structlog.contextvars.bind_contextvars(trace_id=f"{g.trace_context.trace_id:032x}")


def _count(response: Response) -> Response:
    endpoint = request.endpoint or UNKNOWN
    g.status = response.status_code
    REQUESTS.labels(endpoint, str(response.status_code)).inc()
    REQUEST_SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
    return response


def _export(_error: BaseException | None) -> None:
    if not _is_traced() or "trace_context" not in g:
        return
    told = Span(
        name=f"{request.method} {_route()}",
        kind="server",
        context=g.trace_context,
        parent=g.trace_parent,
        began_ns=g.began_ns,
        ended_ns=time.time_ns(),
        attributes={
            "http.request.method": request.method,
            "http.route": _route(),
            "http.response.status_code": g.status,
        },
        error=str(g.status) if g.status >= SERVER_ERROR else "",
    )
    spans.tell(told)


def _is_traced() -> bool:
    return spans.is_on() and request.endpoint not in QUIET
