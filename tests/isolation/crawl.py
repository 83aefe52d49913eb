"""Asks for another's thing and for one that is nowhere, and tells whether the answers differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.isolation.routes import FIXED, IDS, SENT, USED
from tests.isolation.world import Asker

MACHINES = ("/api/", "/tmf-api/", "/scim/", "/in/", "/hooks/")
NOWHERE = "nowhere"
COUNTED = ("X-RateLimit-", "Retry-After")
"""Headers that count what one asked: the second time they say another number, whatever is there."""
_PART = re.compile(r"<(?:[^<>:]*(?:\([^)]*\))?:)?(\w+)>")
_VARIES = re.compile(
    r"since=\d+"
    r'|as_of=[^"&]+'
    r'|(?<="X-CSRFToken": ")[^"]+'
    r'|(?<=name="csrf_token" value=")[^"]+'
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.]*(?:Z|\+00:00)?"
)
"""What differs from one answer to the next whatever is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request of which only the ids are missing."""

    method: str
    pattern: str
    endpoint: str
    choices: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Give what of its address is an id of a thing."""
        chosen = {"tenant", *FIXED, *(name for name, _ in self.choices)}
        return tuple(one for one in _PART.findall(self.pattern) if one not in chosen)

    @property
    def begins(self) -> str:
        """Give its address up to the first id."""
        chosen = dict(self.choices)
        return _PART.sub(lambda one: chosen.get(one[1], "<"), self.pattern).partition("<")[0]

    def kind_of(self, name: str) -> str:
        """Tell of which thing an id of the address is."""
        if name == "thing_id":
            return USED[dict(self.choices)["kind"]]
        return IDS.get(f"{self.endpoint}.{name}") or IDS[name]

    def address(self, tenant: str, ids: Mapping[str, str]) -> str:
        """Fill the address; `ids` are by the name in the address."""
        values = {**FIXED, **dict(self.choices), **ids, "tenant": tenant}
        return _PART.sub(lambda part: values[part[1]], self.pattern)


def calls_of(app: Flask) -> list[Call]:
    """List every request that the application takes, with each choice that its address has."""
    return [
        Call(method=method, pattern=rule.rule, endpoint=rule.endpoint, choices=choices)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for choices in _choices(rule)
    ]


def _choices(rule: Rule) -> Iterator[tuple[tuple[str, str], ...]]:
    named = {
        name: sorted(getattr(converter, "items", ()) or ())
        for name, converter in rule._converters.items()  # noqa: SLF001  no public way to ask
    }
    names = [name for name, items in named.items() if items]
    yield from (
        tuple(zip(names, values, strict=True)) for values in product(*(named[one] for one in names))
    )


def is_machine(call: Call) -> bool:
    """Tell whether a program asks so."""
    return call.pattern.startswith(MACHINES)


def nobodys(ids: Mapping[str, str]) -> dict[str, str]:
    """Give ids of the same form that nothing has."""
    return {name: _like(value) for name, value in ids.items()}


def _like(value: str) -> str:
    if re.fullmatch(r"[0-9a-f-]{36}", value):
        return str(uuid4())
    if value.startswith("sha256:"):
        return "sha256:" + uuid4().hex * 2
    return "".join("x" if one.isalnum() else one for one in value)


def ask(
    client: FlaskClient, call: Call, tenant: str, ids: Mapping[str, str], kinds: Mapping[str, str]
) -> TestResponse:
    """Send a request whose address is filled with `ids`, and what it sends with `kinds`."""
    filled = json.loads(_filled(json.dumps(SENT.get(call.endpoint, {})), kinds))
    query = filled.pop("?", {})
    facts: dict[str, Any] = {"method": call.method, "query_string": query}
    if call.method not in ("GET", "DELETE"):
        facts |= _body(call, filled)
    if is_machine(call):
        facts["headers"] = {"If-Match": '"1"'}
    return client.open(call.address(tenant, ids), **facts)


def _body(call: Call, filled: dict[str, Any]) -> dict[str, Any]:
    if "json" in filled:
        return {"json": filled["json"]}
    return {"json": filled} if is_machine(call) else {"data": filled}


def _filled(text: str, kinds: Mapping[str, str]) -> str:
    for name, value in kinds.items():
        text = text.replace(f"<{name}>", value)
    return text


def seen(answer: TestResponse, *told: str) -> tuple[int, str, str]:
    """Give all of an answer that somebody could tell it by, without what they sent themselves.

    That is its status, its headers one a line, and its text.
    """
    headers = [
        f"{name}: {value}"
        for name, value in answer.headers.items()
        if name not in ("Content-Length", "Set-Cookie") and not name.startswith(COUNTED)
    ]
    said = "\n".join([*headers, _said_in(answer)])
    return answer.status_code, _plain(said, told), _plain(answer.get_data(as_text=True), told)


def _plain(text: str, told: tuple[str, ...]) -> str:
    for one in _longest_first(told):
        text = text.replace(one, "…")
    return _VARIES.sub("…", text)


@lru_cache(maxsize=1024)
def _longest_first(told: tuple[str, ...]) -> tuple[str, ...]:
    said = {*told, *(one[:1].upper() + one[1:] for one in told)}
    return tuple(sorted((one for one in said if len(one) > 3), key=len, reverse=True))


def _said_in(answer: TestResponse) -> str:
    """Read what the cookies of an answer say: how a session is signed differs each time."""
    cookies = [one.partition(";")[0] for one in answer.headers.getlist("Set-Cookie")]
    said = [URLSafeTimedSerializer("").loads_unsafe(one.partition("=")[2])[1] for one in cookies]
    return str([{**(one or {}), "csrf_token": ""} for one in said])


def client_of(asker: Asker, call: Call) -> FlaskClient:
    """Give who asks: the person's program, or their browser."""
    return asker.program if is_machine(call) else asker.browser
