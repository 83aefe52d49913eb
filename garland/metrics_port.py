"""Metrics of one process on a port of its own, for processes that serve no pages."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import structlog
from typing_extensions import override

from garland.operations.reading import may_read
from garland.settings import Settings
from kernel.metrics import expose

log = structlog.get_logger(__name__)

PATH = "/metrics"


def serve_metrics(settings: Settings) -> ThreadingHTTPServer | None:
    """Serve this process's metrics in the background where a port is set.

    A port that cannot be had is told and no reason to stop: what the process is for goes on.
    """
    if not settings.metrics_port:
        return None

    class Handler(_Handler):
        token = settings.metrics_token

    place = (settings.metrics_host, settings.metrics_port)
    try:
        server = ThreadingHTTPServer(place, Handler)
    except OSError as error:
        log.warning("metrics_port_not_served", port=settings.metrics_port, reason=str(error))
        return None
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True, name="metrics").start()
    log.info("metrics_served", host=settings.metrics_host, port=settings.metrics_port)
    return server


class _Handler(BaseHTTPRequestHandler):
    token = ""

    def do_GET(self) -> None:
        """Answer with the metrics, to those who may read them."""
        if self.path.partition("?")[0] != PATH:
            self._answer(HTTPStatus.NOT_FOUND, b"metrics are at /metrics\n", "text/plain")
        elif not may_read(self.token, self.headers, remote=self.client_address[0]):
            told = b"send the token GARLAND_METRICS_TOKEN as Authorization: Bearer\n"
            self._answer(HTTPStatus.UNAUTHORIZED, told, "text/plain")
        else:
            text, content_type = expose(self.headers.get("Accept"))
            self._answer(HTTPStatus.OK, text, content_type)

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        if status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each scrape."""
