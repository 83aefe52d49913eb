"""The manifest of the block that an operation becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from blocks.openapi._document import Part
from blocks.openapi._examples import examples_of
from blocks.openapi._messages import PAGES_MAX, given_by, paging_of, taken_by
from blocks.openapi._operations import Operation
from blocks.openapi._schemas import in_words, shortened
from blocks.openapi._secrets import slot_of

_READING = ("GET", "HEAD", "OPTIONS")
_SAFE_AGAIN = (*_READING, "PUT", "DELETE")  # RFC 9110, 9.2.2
_WHOLE = {"status": "/status", "body": "/body"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What all blocks of one document share."""

    document: dict[str, Any]
    title: str
    version: str
    publisher: str
    licence: str


def manifest_of(operation: Operation, name: str, api: Api) -> dict[str, Any]:
    """Make the manifest of an operation's block.

    Raises:
        PartError: the operation cannot become one.
    """
    taken = taken_by(operation)
    good = [status for status in operation.answers() if status.startswith("2")]
    done, message = given_by(operation, sorted(good))
    refused, _ = given_by(operation, ["400", "4XX", "default"])
    paging = paging_of(operation, taken, done)
    slot = slot_of(operation, api.document)
    is_one = operation.method == "GET" and any(one.where == "path" for one in taken.fields.values())
    request = taken.request | {"connection": slot["slot"], "answers": _answers(is_one=is_one)}
    if paging:
        request["paging"] = paging
        request["answers"][0]["output"] = {**_WHOLE, "more": "/more"}
        done["properties"]["more"] = {"type": "boolean", "title": "There is more"}
    manifest = {
        "block": 1,
        "id": f"{api.publisher}.{name}",
        "version": api.version,
        "kind": "http",
        **_words(operation, api),
        "category": "connect",
        "publisher": api.publisher,
        "licence": api.licence,
        "config": _config(operation, api, has_pages=paging is not None),
        "input": taken.schema,
        "outputs": _ports(done, refused, is_one=is_one),
        "permissions": [_permission(operation, api)],
        "secrets": [slot],
        "request": request,
        "behaviour": _behaviour(operation),
        "errors": _errors(operation),
    }
    return manifest | {"examples": examples_of(manifest, taken, message, operation)}


def server_of(operation: Operation, document: dict[str, Any]) -> str:
    """Give the server's address as the document has it; a part of one where it has no more."""
    if operation.is_old:
        host, base = document.get("host", ""), document.get("basePath", "")
        schemes = document.get("schemes")
        scheme = schemes[0] if isinstance(schemes, list) and schemes else "https"
        return f"{scheme}://{host}{base}".rstrip("/") if host else str(base)
    for part in (operation.part, operation.path_part, Part(document, "", document)):
        for server in part.listed("servers"):
            url = server.text("url")
            for name, variable in server.parts("variables"):
                url = url.replace("{" + name + "}", variable.text("default"))
            return url.rstrip("/")
    return ""


def _words(operation: Operation, api: Api) -> dict[str, Any]:
    title = shortened(operation.part.text("summary"), 60) or in_words(operation.id)
    told = operation.part.text("description") or title
    tags = [shortened(tag, 40) for tag in operation.part.texts("tags") if tag.strip()]
    keywords = list(dict.fromkeys([*tags, shortened(api.title, 40), "api"]))[:20]
    return {"title": title, "summary": shortened(told, 200), "keywords": keywords}


def _config(operation: Operation, api: Api, *, has_pages: bool) -> dict[str, Any]:
    address = server_of(operation, api.document)
    server: dict[str, Any] = {
        "type": "string",
        "format": "uri",
        "title": "Server",
        "description": shortened(f"Address of the {api.title} server", 200),
    }
    if _is_real(address):
        server["default"] = address
    elif address:
        server["description"] = shortened(f"{server['description']}, such as {address}", 200)
    properties = {"server": server}
    if has_pages:
        properties["pages"] = {
            "type": "integer",
            "title": "Pages",
            "description": "How many pages of a long list are read at most",
            "minimum": 1,
            "maximum": PAGES_MAX,
            "default": 1,
        }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": ["server"],
    }


def _is_real(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    invented = host.endswith(("example.com", "example.org", ".example", ".local"))
    return (
        parts.scheme == "https"
        and "." in host
        and not invented
        and "@" not in parts.netloc
        and not set(address) & set('{}?# "<>\\^`|')
        and address.isascii()
    )


def _answers(*, is_one: bool) -> list[dict[str, Any]]:
    whole = {"output": _WHOLE, "drop_nulls": True}
    missing = [{"status": "404", "port": "missing", **whole}] if is_one else []
    return [
        {"status": "200-299", "port": "done", **whole},
        *missing,
        {"status": "401", "error": "server.not_signed_in"},
        {"status": "403", "error": "server.not_allowed"},
        {"status": "429", "error": "server.busy"},
        {"status": "400-499", "port": "refused", **whole},
        {"status": "502-504", "error": "server.busy"},
        {"status": "500-599", "error": "server.failed"},
    ]


def _ports(
    done: Mapping[str, Any], refused: Mapping[str, Any], *, is_one: bool
) -> list[dict[str, Any]]:
    missing = {"name": "missing", "title": "Missing", "tone": "bad", "schema": refused}
    return [
        {"name": "done", "title": "Done", "tone": "good", "schema": done},
        *([missing] if is_one else []),
        {"name": "refused", "title": "Refused", "tone": "bad", "schema": refused},
    ]


def _permission(operation: Operation, api: Api) -> dict[str, Any]:
    return {
        "name": "http",
        "reason": shortened(f"Calls the {api.title} server that the step is set up with", 200),
        "hosts": ["*"],
        "methods": [operation.method],
    }


def _behaviour(operation: Operation) -> dict[str, Any]:
    is_safe_again = operation.method in _SAFE_AGAIN
    return {
        "effects": "read" if operation.method in _READING else "write",
        "timeout_s": 30,
        "idempotent": is_safe_again,
        "retry": {"max": 3 if is_safe_again else 0, "backoff": "exponential", "base_s": 2},
    }


def _errors(operation: Operation) -> list[dict[str, Any]]:
    again = operation.method in _SAFE_AGAIN
    told = [
        ("server.not_signed_in", False, "The server does not know who asks: see the connection"),
        ("server.not_allowed", False, "The server does not let this account do that"),
        ("server.busy", True, "The server asked to try again later"),
        ("server.failed", again, "The server failed"),
        ("http.unreachable", True, "The server could not be reached"),
        ("http.timeout", again, "The answer did not come in time"),
    ]
    return [{"code": code, "retry": retry, "text": text} for code, retry, text in told]
