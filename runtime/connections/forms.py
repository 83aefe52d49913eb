"""The forms of a connection: what it is, and the values of its kind; and back again.

No secret is ever put into a field: one that is stored stands as kept, one that was typed and not
taken has to be typed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.forms import Field, Submitted, form_fields, plain_fields, read_form
from kernel.errors import Problem
from tenancy.connections.checking import Facts
from tenancy.connections.kinds import Kind
from tenancy.connections.model import KEPT, ConnectionView

VALUES = "/values"
FRESH = "/fresh"
_HOSTS = {
    "type": "string",
    "title": "Hosts",
    "description": "One a line, such as api.example.com, *.example.com or 192.0.2.1:8443. The "
    "secret is sent nowhere else, not by a redirect either",
    "x-garland": {"widget": "textarea"},
}
_TEST_WORDS = {
    "http": "What the test asks (GET), such as https://api.example.com/me",
    "basic": "What the test asks (GET), such as https://api.example.com/me; or ssh://host",
    "ssh": "Where the test signs in: host, or host:port",
    "snmp": "The agent that the test asks: host, or host:port",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The fields of a connection's form."""

    facts: list[Field]
    values: list[Field]


def facts_schema(kind: Kind) -> dict[str, Any]:
    """Give the schema of what a connection is, apart from its values."""
    properties: dict[str, Any] = {
        "name": {
            "type": "string",
            "title": "Name",
            "description": "Workflows know it by this name",
            "maxLength": 80,
        },
        "hosts": _HOSTS,
        "over_http": {
            "type": "boolean",
            "title": "Also unencrypted, over http",
            "description": "Whoever is on the way can read the secret: only inside your network",
            "default": False,
        },
        "test_address": {
            "type": "string",
            "title": "Test address",
            "description": _TEST_WORDS.get(kind.name, _TEST_WORDS[kind.speaks]),
        },
    }
    if kind.speaks != "http":
        del properties["over_http"]
    if kind.name == "secret_url":  # a test would be a message
        del properties["test_address"]
    return {"type": "object", "properties": properties, "required": ["name", "hosts"]}


def fresh_schema(kind: Kind) -> dict[str, Any]:
    """Give the schema of what a rotation asks for: the secrets, and what belongs to them."""
    goes_along = {"certificate", "valid_until"}
    parts = kind.document["properties"].items()
    wanted = {name: part for name, part in parts if name in kind.secrets | goes_along}
    return {"type": "object", "additionalProperties": False, "properties": wanted}


def facts_of(view: ConnectionView) -> dict[str, Any]:
    """Give a connection's facts as the form holds them."""
    return {
        "name": view.name,
        "hosts": "\n".join(view.hosts),
        "over_http": view.over_http,
        "test_address": view.test_address,
    }


def fields_of(
    kind: Kind, facts: Mapping[str, Any], values: Mapping[str, Any], problems: Iterable[Problem]
) -> Shown:
    """Make the fields of a form, with what is wrong beside them."""
    wrong = list(problems)
    inside = [
        Problem(one.pointer.removeprefix(VALUES), one.message)
        for one in wrong
        if one.pointer.startswith(VALUES)
    ]
    held = {name: item for name, item in values.items() if name not in kind.secrets or item == KEPT}
    return Shown(
        facts=plain_fields(form_fields(facts_schema(kind), dict(facts), wrong)),
        values=plain_fields(form_fields(kind.document, held, inside, at=VALUES)),
    )


def fresh_fields(kind: Kind, problems: Iterable[Problem]) -> list[Field]:
    """Make the empty fields of a rotation."""
    wrong = [Problem(one.pointer.removeprefix(VALUES), one.message) for one in problems]
    return plain_fields(form_fields(fresh_schema(kind), {}, wrong, at=FRESH))


def read_facts(kind: Kind, form: Submitted) -> tuple[Facts, dict[str, Any]]:
    """Read what was submitted of the facts: as they are checked, and as the form held them."""
    held = read_form(facts_schema(kind), form)
    facts = Facts(
        name=str(held.get("name", "")),
        hosts=tuple(str(held.get("hosts", "")).splitlines()),
        over_http=held.get("over_http") is True,
        test_address=str(held.get("test_address", "")),
    )
    return facts, held


def read_values(kind: Kind, form: Submitted, view: ConnectionView | None) -> dict[str, Any]:
    """Read what was submitted of the values; a stored secret that was left empty stays."""
    previous = view.values if view is not None else None
    found = read_form(kind.document, form, previous=previous, at=VALUES)
    return {name: item for name, item in found.items() if item != ""}


def read_fresh(kind: Kind, form: Submitted) -> dict[str, Any]:
    """Read what was submitted of a rotation."""
    return read_form(fresh_schema(kind), form, at=FRESH)
