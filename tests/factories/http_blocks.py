"""Blocks of kind `http` for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blocks.kinds.http import make_run
from blocks.manifest import parse_manifest
from blocks.registry import Block


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """Make the schema of an object with these fields."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


def http_document(**changes: Any) -> dict[str, Any]:
    """Make the manifest of a block that asks a ticket system for a ticket."""
    document: dict[str, Any] = {
        "block": 1,
        "id": "acme.get-ticket",
        "version": "1.0.0",
        "kind": "http",
        "title": "Get a ticket",
        "summary": "For tests.",
        "category": "connect",
        "publisher": "acme",
        "licence": "Apache-2.0",
        "config": closed(("server",), server={"type": "string", "format": "uri"}),
        "input": closed(
            ("id",),
            id={"type": "string"},
            fields={"type": "array", "items": {"type": "string"}},
            body={"type": "object"},
        ),
        "outputs": [
            {"name": "done", "title": "Done"},
            {"name": "missing", "title": "Missing", "tone": "bad"},
        ],
        "permissions": [{"name": "http", "reason": "Asks the ticket system", "hosts": ["*"]}],
        "behaviour": {"effects": "read"},
        "errors": [{"code": "tickets.refused", "retry": False, "text": "It was refused."}],
        "request": {
            "method": "GET",
            "url": "${config.server}/tickets/${input.id}",
            "answers": [
                {"status": "200-299", "port": "done"},
                {"status": "404", "port": "missing"},
                {"status": "400-499", "error": "tickets.refused"},
            ],
        },
    }
    return document | changes


def http_request(**changes: Any) -> dict[str, Any]:
    """Make the `request` of such a manifest."""
    request: dict[str, Any] = http_document()["request"]
    return request | changes


def http_block(**changes: Any) -> Block:
    """Make such a block, ready to run."""
    manifest = parse_manifest(http_document(**changes))
    return Block(manifest=manifest, run=make_run(manifest, Path()), folder=Path())
