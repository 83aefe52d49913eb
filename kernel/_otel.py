"""OpenTelemetry's SDK as the carrier of spans; the only module that knows it.

Endpoint, headers, certificates, compression, sampling and batching follow the standard `OTEL_…`
settings, which the SDK reads itself.
"""

from __future__ import annotations

import os
import secrets
from threading import Thread, local

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from typing_extensions import override

from kernel.names import own_name
from kernel.spans import Exporter, Span
from kernel.trace import Traceparent

_KINDS = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}


class _GivenIds(IdGenerator):
    """Gives the span that is being made the ids it has already."""

    def __init__(self) -> None:
        self._next = local()

    def give(self, context: Traceparent) -> None:
        """Set the ids of the next span that this thread makes."""
        self._next.context = context

    @override
    def generate_span_id(self) -> int:
        context: Traceparent = self._next.context
        return context.span_id

    @override
    def generate_trace_id(self) -> int:
        context: Traceparent = self._next.context
        return context.trace_id


class OtelExporter(Exporter):
    """Exports by OTLP over HTTP (protobuf), in the background."""

    def __init__(self, process: str) -> None:
        self._ids = _GivenIds()
        self._provider = TracerProvider(
            resource=_resource(process), id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("garland")

    @override
    def is_sampled(self, trace_id: int, parent: Traceparent | None, /) -> bool:
        asked = self._provider.sampler.should_sample(_context_of(parent), trace_id, "")
        return bool(asked.decision.is_sampled())  # type: ignore[no-untyped-call]

    @override
    def tell(self, span: Span, /) -> None:
        self._ids.give(span.context)
        told = self._tracer.start_span(
            span.name,
            context=_context_of(span.parent),
            kind=_KINDS[span.kind],
            attributes=span.attributes,
            start_time=span.began_ns,
        )
        if span.error:
            told.set_attribute("error.type", span.error)
            told.set_status(Status(StatusCode.ERROR, span.error))
        told.end(end_time=max(span.ended_ns, span.began_ns))

    @override
    def close(self, *, within_s: float) -> None:
        # a thread, since the library goes on trying for its own time-out of ten seconds
        closing = Thread(target=self._provider.shutdown, daemon=True, name="spans")
        closing.start()
        closing.join(within_s)


def _resource(process: str) -> Resource:
    """Say whose spans these are; what the environment says of it wins."""
    own = own_name() or f"{process}-{os.getpid()}-{secrets.token_hex(4)}"
    ours = Resource({"service.name": f"garland-{process}", "service.instance.id": own})
    said = OTELResourceDetector().detect()
    return Resource.create().merge(ours).merge(said)


def _context_of(parent: Traceparent | None) -> Context:
    if parent is None:
        return Context()
    flags = TraceFlags(TraceFlags.SAMPLED if parent.sampled else TraceFlags.DEFAULT)
    known = SpanContext(parent.trace_id, parent.span_id, is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(known), Context())
