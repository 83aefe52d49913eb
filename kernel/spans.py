"""Spans for whoever collects traces; off, and free of cost, until a process switches them on.

A span is told once it is over, with its times and its own id. Ids may be derived from rows, so
that what belongs together is joined without anything being remembered in between. Attributes
carry ids and kinds, never what people or systems said.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kernel.trace import Traceparent

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
SPAN_ID_BITS = 64
CLOSED_WITHIN_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that was done.

    Attributes:
        context: Its own place in the trace.
        began_ns: Nanoseconds since the epoch, as `ended_ns`.
        error: The code of what went wrong, or "".
    """

    name: str
    context: Traceparent
    parent: Traceparent | None
    began_ns: int
    ended_ns: int
    kind: Literal["internal", "server", "client"] = "internal"
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)
    error: str = ""


class Exporter(Protocol):
    """Hands spans to a collector: `kernel._otel`."""

    def is_sampled(self, trace_id: int, parent: Traceparent | None, /) -> bool:
        """Tell whether a trace is to be recorded."""
        ...

    def tell(self, span: Span, /) -> None:
        """Hand a span over; returns at once."""
        ...

    def close(self, *, within_s: float) -> None:
        """Export what waits, and stop, within some seconds."""
        ...


_exporter: Exporter | None = None


def switch_on(process: str) -> bool:
    """Export spans from now on where the standard settings name a collector; tell whether.

    Args:
        process: The kind of process; the service is `garland-<process>` unless OTEL_SERVICE_NAME
            says otherwise.
    """
    if not _is_wanted(os.environ):
        return False
    from kernel._otel import OtelExporter  # the library costs time and memory: only where wanted

    use(OtelExporter(process))
    return True


def switch_off() -> None:
    """Export what waits, within seconds even where the collector is away, and stop."""
    if _exporter is not None:
        _exporter.close(within_s=CLOSED_WITHIN_S)
        use(None)


def use(exporter: Exporter | None) -> None:
    """Export by this from now on; None switches spans off."""
    global _exporter  # noqa: PLW0603  one for each process, like the log
    _exporter = exporter


def is_on() -> bool:
    """Tell whether spans are exported."""
    return _exporter is not None


def child_of(
    parent: Traceparent | None, *, trace_id: int | None = None, span_id: int | None = None
) -> Traceparent:
    """Give a new span its place: below a parent, or at the root of a trace of its own.

    Args:
        parent: The span it belongs to.
        trace_id: The trace's id where there is no parent; random when left out.
        span_id: Its own id; random when left out.
    """
    trace = parent.trace_id if parent is not None else trace_id or secrets.randbits(128) or 1
    sampled = _exporter is not None and _exporter.is_sampled(trace, parent)
    return Traceparent(trace, span_id or secrets.randbits(SPAN_ID_BITS) or 1, sampled)


def tell(span: Span) -> None:
    """Export a span where its trace is recorded."""
    if _exporter is not None and span.context.sampled:
        _exporter.tell(span)


def _is_wanted(environment: Mapping[str, str]) -> bool:
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporters = environment.get("OTEL_TRACES_EXPORTER", "otlp").split(",")
    return "otlp" in exporters and any(environment.get(name) for name in _ENDPOINTS)
