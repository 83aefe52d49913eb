"""Real servers on this machine for the brokers to speak to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override


@dataclass
class Peer:
    """A web server and what it was asked."""

    port: int
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    """Answers by path: /status/503, /to?<address>, /big, /slow, /drip, /drip-headers, else 200."""

    peer: Peer

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.peer.seen.append((self.command, self.path, headers, body))
        path, _, rest = self.path.partition("?")
        if path == "/drip":
            self._drip()
            return
        if path == "/drip-headers":
            self._drip_headers()
            return
        if path == "/slow":
            time.sleep(1)
        status = int(path.rpartition("/")[2]) if path.startswith("/status/") else 200
        status = 302 if path == "/to" else 303 if path == "/see" else status
        content = b"x" * (2 * 1024 * 1024) if path == "/big" else b'{"fine": true}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status in (302, 303):
            self.send_header("Location", rest)
        if status in (429, 503):
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(content)

    def _drip(self) -> None:
        """Send a byte now and then: each read is quick, the whole takes too long."""
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        for _ in range(30):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def _drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        for _ in range(30):
            self.wfile.write(b"X-More: x\r\n")
            self.wfile.flush()
            time.sleep(0.1)

    do_GET = do_POST = _answer  # noqa: N815 - the names http.server calls

    @override
    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            return  # the broker hung up, as some tests want it to

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def peer() -> Iterator[Peer]:
    class Handler(_Handler):
        """This test's own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.peer = Peer(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Handler.peer
    server.shutdown()
    thread.join()
    server.server_close()
