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
from kernel.secrets import Vault
from runtime.connections.serving import Connections
from runtime.polls.poller import Poller
from runtime.runs.outside import Brokers


class Tickets:
    """What the server gives: `items`, or `status` and nothing."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.status = 200
        self.asked = 0
        self.keys: list[str | None] = []
        self.url = ""


@contextmanager
def ticket_server() -> Iterator[Tickets]:
    """Serve a list at a port of this machine."""
    tickets = Tickets()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tickets.asked += 1
            tickets.keys.append(self.headers.get("X-Key"))
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


def make_poller(
    sessions: sessionmaker[Session], *, vault: Vault | None = None, **parts: Any
) -> Poller:
    """Make a poller that really calls, with the connections that a vault opens."""
    http = HttpBroker(allow_private=True)
    opened = None
    if vault is not None:
        opened = Connections(sessions=sessions, reading=sessions, vault=vault, http=http)
    brokers = Brokers(http=http, mail=MailBroker(), connections=opened)
    return Poller(
        sessions=sessions,
        reading=sessions,
        brokers=brokers,
        **parts,
    )
