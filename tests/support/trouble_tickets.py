"""A small, honest TMF621 v5 server: what it takes and answers fits the contract of the TM Forum.

It creates, finds, lists with filters, patches (RFC 7396) and deletes trouble tickets, refuses what
does not fit with 400 and an unknown ticket with 404, and numbers its tickets from 1. With a token
it knows nobody else. Filters are fields given in the query, several values apart by commas, with
`fields`, `offset`, `limit` and `sort`; a repeat under one Idempotency-Key makes no second ticket.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from typing_extensions import override

from blocks.schemas import value_at
from kernel.schema import Schema

BASE = "/tmf-api/troubleTicket/v5"
SPEC = "TMF621-Trouble_Ticket-v5.0.1.oas.yaml"
_NO_FILTERS = frozenset({"fields", "offset", "limit", "sort"})
_OURS = ("id", "href", "creationDate", "lastUpdate")


class RefusedError(Exception):
    """What the server answers instead."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class TroubleTickets:
    """The tickets, and where they are served."""

    schemas: Mapping[str, Schema]
    token: str = ""
    server: str = ""
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The address that a block is set up with."""
        return self.server + BASE

    def create(self, said: Any, key: str) -> dict[str, Any]:
        """Take a ticket; once for each key."""
        self._check("TroubleTicket_FVO", said)
        if key in self.by_key:
            return self.tickets[self.by_key[key]]
        number = str(len(self.by_key) + 1)
        now = _now()
        self.by_key[key or number] = number
        made = {
            "status": "acknowledged",
            **said,
            "id": number,
            "href": f"{self.url}/troubleTicket/{number}",
            "creationDate": now,
            "lastUpdate": now,
        }
        self.tickets[number] = made
        return made

    def patch(self, number: str, said: Any) -> dict[str, Any]:
        """Change a ticket; what the server writes itself cannot be changed."""
        found = self.find(number)
        self._check("TroubleTicket_MVO", said)
        wrong = [name for name in _OURS if name in said]
        if wrong:
            raise RefusedError(400, f"{wrong[0]} cannot be changed")
        changed: dict[str, Any] = _merged(found, said)
        if changed.get("status") != found.get("status"):
            changed["statusChangeDate"] = _now()
        self.tickets[number] = changed | {"lastUpdate": _now()}
        return self.tickets[number]

    def find(self, number: str) -> dict[str, Any]:
        """Give a ticket."""
        if number not in self.tickets:
            raise RefusedError(404, f"there is no ticket {number}")
        return self.tickets[number]

    def listed(self, asked: Mapping[str, str]) -> tuple[list[dict[str, Any]], int]:
        """Give a page of the tickets that fit, and how many fit."""
        wanted = {name: one.split(",") for name, one in asked.items() if name not in _NO_FILTERS}
        found = [
            ticket
            for ticket in self.tickets.values()
            if all(_at(ticket, name) in values for name, values in wanted.items())
        ]
        sort = asked.get("sort", "")
        if sort:
            name = sort.lstrip("+-")
            found.sort(key=lambda one: str(_at(one, name)), reverse=sort.startswith("-"))
        offset, limit = _count(asked, "offset", 0), _count(asked, "limit", 20)
        page = found[offset : offset + limit]
        return [_only(ticket, asked.get("fields", "")) for ticket in page], len(found)

    def _check(self, name: str, said: Any) -> None:
        problems = self.schemas[name].problems(said)
        if problems:
            raise RefusedError(400, f"{problems[0].pointer}: {problems[0].message}")


@contextmanager
def running_trouble_tickets(data: Path, *, token: str = "") -> Iterator[TroubleTickets]:
    """Serve on a port of the loopback interface.

    Args:
        data: The folder of shared data; its contract is what tickets are held against.
        token: Whoever does not send it as a bearer token is answered 401; "" lets everybody in.
    """
    tickets = TroubleTickets(schemas=_schemas(data / "tmf" / SPEC), token=token)

    class Handler(_Handler):
        served = tickets

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tickets.server = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield tickets
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    served: TroubleTickets

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.served.lock:
            self.served.seen.append((self.command, self.path))
            try:
                self._check_token()
                self._route(parts.path.removeprefix(BASE).strip("/").split("/"), parts.query, body)
            except RefusedError as error:
                self._send(error.status, {"code": str(error.status), "reason": error.reason})

    def _check_token(self) -> None:
        token = self.served.token
        if token and self.headers.get("Authorization") != f"Bearer {token}":
            raise RefusedError(401, "who are you?")

    def _route(self, steps: list[str], query: str, body: bytes) -> None:
        served, asked = self.served, {name: one[-1] for name, one in parse_qs(query).items()}
        match (self.command, steps):
            case ("GET", ["troubleTicket"]):
                page, total = served.listed(asked)
                self._send(200, page, {"X-Total-Count": total, "X-Result-Count": len(page)})
            case ("POST", ["troubleTicket"]):
                key = self.headers.get("Idempotency-Key", "")
                self._send(201, served.create(_read(body), key))
            case ("GET", ["troubleTicket", number]):
                self._send(200, _only(served.find(number), asked.get("fields", "")))
            case ("PATCH", ["troubleTicket", number]):
                self._send(200, served.patch(number, _read(body)))
            case ("DELETE", ["troubleTicket", number]):
                del served.tickets[served.find(number)["id"]]
                self._send(204, None)
            case _:
                raise RefusedError(404, f"there is nothing at {self.path}")

    def _send(self, status: int, document: Any, headers: Mapping[str, Any] | None = None) -> None:
        if 200 <= status < 300 and isinstance(document, dict) and "fields" not in self.path:
            problems = self.served.schemas["TroubleTicket"].problems(document)
            assert problems == [], problems
        content = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, str(value))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names http.server calls

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def _schemas(spec: Path) -> dict[str, Schema]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    components = yaml.load(spec.read_text(), Loader=loader)["components"]  # noqa: S506  a safe one
    names = ("TroubleTicket", "TroubleTicket_FVO", "TroubleTicket_MVO")
    return {
        name: Schema({"$ref": f"#/components/schemas/{name}", "components": components})
        for name in names
    }


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise RefusedError(400, "the body is not JSON") from None


def _count(asked: Mapping[str, str], name: str, otherwise: int) -> int:
    text = asked.get(name, str(otherwise))
    if not text.isdecimal():
        raise RefusedError(400, f"{name} is no whole number")
    return int(text)


def _only(ticket: dict[str, Any], fields: str) -> dict[str, Any]:
    if not fields:
        return ticket
    names = {"id", "href", "@type", *fields.split(",")}
    return {name: one for name, one in ticket.items() if name in names}


def _at(ticket: dict[str, Any], name: str) -> Any:
    return value_at(ticket, "/" + name.replace(".", "/"))


def _merged(before: Any, patch: Any) -> Any:
    """Apply a merge patch (RFC 7396): null takes a field away, objects are merged."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(before) if isinstance(before, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
