"""A small, honest server of a TM Forum interface: what it takes and answers fits the contract.

It creates, finds, lists with filters, patches (RFC 7396) and deletes trouble tickets, or what the
other contracts are about, refuses what does not fit with 400 and what is not there with 404, and
numbers from 1. With a token it knows nobody else. Filters are fields given in the query, several
values apart by commas, with `fields`, `offset`, `limit` and `sort`; a repeat under one
Idempotency-Key makes no second ticket. Each has an ETag, held against If-Match.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from typing_extensions import override

from blocks.schemas import value_at
from kernel.schema import Schema
from tests.support.tmf_contracts import TICKETS, Contract, schemas_of

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
    """The tickets, and where they are served.

    Attributes:
        heeds_keys: Whether a repeat under one Idempotency-Key makes no second one.
        compares: Whether it refuses another request under the same key.
        busy: Seconds that the next callers are asked to wait, one each.
        meanwhile: What others do right after a ticket was read, once each.
        repeats: Whether it says who it was asked by when it does not know them.
        cap: The most tickets of a page, whatever is asked.
        filters: Whether it heeds the conditions of a list.
        counts: Whether it says how many there are.
    """

    schemas: Mapping[str, Schema]
    contract: Contract = TICKETS
    token: str = ""
    heeds_keys: bool = True
    compares: bool = False
    repeats: bool = False
    cap: int = 1_000
    filters: bool = True
    counts: bool = True
    busy: list[int] = field(default_factory=list)
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    server: str = ""
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The address that a block is set up with."""
        return self.server + self.contract.base

    def create(self, said: Any, key: str) -> dict[str, Any]:
        """Take a ticket; once for each key."""
        self._check("_FVO", said)
        if self.compares and self.said.setdefault(key, said) != said:
            raise RefusedError(422, "this Idempotency-Key came with another request")
        if self.heeds_keys and key in self.by_key:
            return self.tickets[self.by_key[key]]
        number = str(len(self.tickets) + 1)
        now = _now()
        self.by_key[key or number] = number
        made = {
            "status": "acknowledged",
            **said,
            "id": number,
            "href": f"{self.url}/{self.contract.resource}/{number}",
            "creationDate": now,
            "lastUpdate": now,
        }
        self.tickets[number] = made
        return made

    def patch(self, number: str, said: Any) -> dict[str, Any]:
        """Change a ticket; what the server writes itself cannot be changed."""
        found = self.find(number)
        self._check("_MVO", said)
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
            if not self.filters
            or all(_values(ticket, name) & set(values) for name, values in wanted.items())
        ]
        sort = asked.get("sort", "")
        if sort:
            name = sort.lstrip("+-")
            found.sort(key=lambda one: str(_at(one, name)), reverse=sort.startswith("-"))
        offset, limit = _count(asked, "offset", 0), _count(asked, "limit", 20)
        page = found[offset : offset + min(limit, self.cap)]
        return [_only(ticket, asked.get("fields", "")) for ticket in page], len(found)

    def _check(self, part: str, said: Any) -> None:
        problems = self.schemas[self.contract.kind + part].problems(said)
        if problems:
            raise RefusedError(400, f"{problems[0].pointer}: {problems[0].message}")


@contextmanager
def running_trouble_tickets(
    data: Path, *, token: str = "", contract: Contract = TICKETS
) -> Iterator[TroubleTickets]:
    """Serve on a port of the loopback interface.

    Args:
        data: The folder of shared data; its contract is what tickets are held against.
        token: Whoever does not send it as a bearer token is answered 401; "" lets everybody in.
        contract: Which of the interfaces it serves.
    """
    schemas = schemas_of(data, contract)
    tickets = TroubleTickets(schemas=schemas, token=token, contract=contract)

    class Handler(_Handler):
        served = tickets

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tickets.server = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
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
                if self.served.busy:
                    wait = {"Retry-After": self.served.busy.pop(0)}
                    return self._send(429, {"code": "429", "reason": "too many"}, wait)
                steps = parts.path.removeprefix(self.served.contract.base).strip("/").split("/")
                self._route(steps, parts.query, body)
            except RefusedError as error:
                self._send(error.status, {"code": str(error.status), "reason": error.reason})

    def _check_token(self) -> None:
        token = self.served.token
        if token and self.headers.get("Authorization") != f"Bearer {token}":
            said = self.headers.get("Authorization") if self.served.repeats else "you"
            raise RefusedError(401, f"who is {said}?")

    def _route(self, steps: list[str], query: str, body: bytes) -> None:
        served, asked = self.served, {name: one[-1] for name, one in parse_qs(query).items()}
        match (self.command, steps[1:] if steps[0] == served.contract.resource else None):
            case ("GET", []):
                page, total = served.listed(asked)
                told = {"X-Total-Count": total} if served.counts else {}
                self._send(200, page, {**told, "X-Result-Count": len(page)})
                self._meanwhile()
            case ("POST", []):
                key = self.headers.get("Idempotency-Key", "")
                self._send(201, served.create(_read(body), key))
            case ("GET", [number]):
                found = served.find(unquote(number))
                self._send(200, _only(found, asked.get("fields", "")), {"ETag": _etag(found)})
                self._meanwhile()
            case ("PATCH", [number]):
                if self.headers.get("If-Match", "") not in ("", _etag(served.find(number))):
                    raise RefusedError(412, "it was changed")
                self._send(200, served.patch(number, _read(body)))
            case ("DELETE", [number]):
                del served.tickets[served.find(number)["id"]]
                self._send(204, None)
            case _:
                raise RefusedError(404, f"there is nothing at {self.path}")

    def _meanwhile(self) -> None:
        if self.served.meanwhile:
            self.served.meanwhile.pop(0)()

    def _send(self, status: int, document: Any, headers: Mapping[str, Any] | None = None) -> None:
        if 200 <= status < 300 and isinstance(document, dict) and "fields" not in self.path:
            problems = self.served.schemas[self.served.contract.kind].problems(document)
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


def _values(found: Any, name: str) -> set[str]:
    """List what a path leads to; into every entry of a list (TMF630, 4.2)."""
    if isinstance(found, list):
        return {value for one in found for value in _values(one, name)}
    if not name:
        return {str(found)}
    first, _, rest = name.partition(".")
    return _values(found[first], rest) if isinstance(found, dict) and first in found else set()


def _etag(ticket: Mapping[str, Any]) -> str:
    return f'"{sha256(json.dumps(ticket).encode()).hexdigest()[:16]}"'


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
