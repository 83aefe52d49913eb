"""A collector of traces: a real HTTP server that takes OTLP (protobuf) and keeps the spans."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One span, with ids as `traceparent` writes them."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    error: str
    seconds: float
    attributes: dict[str, Any]


@dataclass(slots=True)
class Collector:
    """What came, and where to send it."""

    url: str = ""
    spans: list[Collected] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def named(self, start: str, trace: str = "") -> list[Collected]:
        """List the spans whose name begins so, of one trace where it is given."""
        found = [one for one in self.spans if one.name.startswith(start)]
        return [one for one in found if trace in ("", one.trace)]

    def take(self, body: bytes) -> None:
        """Decode an export."""
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            facts = _facts(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += [_collected(facts["service.name"], span) for span in scope.spans]


def _collected(service: str, span: Any) -> Collected:
    return Collected(
        service=service,
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        error=span.status.message,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        attributes=_facts(span.attributes),
    )


def _facts(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@contextmanager
def running_collector() -> Iterator[Collector]:
    """Serve on a port of the loopback interface."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
