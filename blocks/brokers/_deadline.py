"""One limit for a whole HTTP call.

httpx limits each read; a server that sends a header line now and then would hold a worker for
hours. So a timer shuts the call's socket down when its time is over, which ends the read at once.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


@dataclass(slots=True)
class Cut:
    """Whether the time was over, and the hook httpx tells of its sockets (`trace`)."""

    is_cut: bool = False
    _socket: socket.socket | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        """Learn which socket the call runs over; one that comes too late is shut at once."""
        if event not in _CONNECTED:
            return
        with self._lock:
            self._socket = facts["return_value"].get_extra_info("socket")
            if self.is_cut:
                self._shut()

    def cut(self) -> None:
        """End the call."""
        with self._lock:
            self.is_cut = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_after(seconds: float) -> Iterator[Cut]:
    """End a call that is still under way after so many seconds, > 0."""
    cut = Cut()
    timer = threading.Timer(seconds, cut.cut)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()
