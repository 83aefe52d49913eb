"""A server that writes whatever bytes it is told to: answers that no honest server gives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Writer = Callable[[socket.socket], None]


@dataclass(slots=True)
class RawServer:
    """Where it listens, and the requests that came."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def running_raw_server(write: Writer) -> Iterator[RawServer]:
    """Serve each connection by reading one request and letting `write` answer it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = RawServer(port=listening.getsockname()[1])
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                with suppress(OSError):
                    caller, _ = listening.accept()
                    with caller:
                        caller.settimeout(5)
                        server.requests.append(caller.recv(65_536))
                        write(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            is_over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join(6)
