"""A real HTTP server that takes tickets and remembers them.

`/tickets` answers at once, `/flaky` asks to come back in a second when it sees a key for the first
time, `/slow` holds its answer until `answers` is set.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


@dataclass(slots=True)
class Receiver:
    """What came, and where to send it."""

    url: str = ""
    bodies: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    traceparents: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str) -> str:
        """Give the address of another path."""
        return self.url.rpartition("/")[0] + path


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Serve on a port of the loopback interface."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers["Idempotency-Key"]
            with receiver.lock:
                is_first = key not in receiver.keys
                receiver.bodies.append(body)
                receiver.keys.append(key)
                receiver.traceparents.append(self.headers.get("traceparent", ""))
                number = len(receiver.bodies)
            if self.path == "/slow":
                receiver.answers.wait(60)
            is_busy = self.path == "/flaky" and is_first
            answer = json.dumps({"ticket": f"T-{number}"}).encode()
            self.send_response(503 if is_busy else 201)
            if is_busy:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/tickets"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
