"""A list of tickets at an address of this machine, and a poller that really asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.registry import standard_registry
from runtime.polls.poller import Poller
from runtime.runs.services import Brokers


class Tickets:
    """What the server gives: `items`, or `status` and nothing."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.status = 200
        self.asked = 0
        self.url = ""


@contextmanager
def ticket_server() -> Iterator[Tickets]:
    """Serve a list at a port of this machine."""
    tickets = Tickets()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tickets.asked += 1
            self.send_response(tickets.status)
            self.end_headers()
            self.wfile.write(json.dumps({"open": tickets.items}).encode())

        @override
        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tickets.url = f"http://127.0.0.1:{server.server_port}/tickets"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield tickets
    finally:
        server.shutdown()
        server.server_close()


def make_poller(sessions: sessionmaker[Session], **parts: Any) -> Poller:
    """Make a poller that really calls."""
    brokers = Brokers(http=HttpBroker(allow_private=True), mail=MailBroker())
    return Poller(
        sessions=sessions,
        reading=sessions,
        brokers=brokers,
        registry=standard_registry(),
        **parts,
    )
