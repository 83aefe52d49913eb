"""Builders of blocks that start workflows; their code is given as a function, trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from blocks.manifest import parse_manifest
from blocks.registry import Block, Registry, Standing, standard_registry
from blocks.sdk import Context, Outcome

DIGEST = "sha256:" + "1" * 64
KEY_SLOT = {"slot": "api", "title": "Account", "reason": "Signs in", "accepts": ["api_key"]}
ADDRESS = {"type": "string", "title": "Address", "format": "uri"}
REQUEST_FIELDS: dict[str, Any] = {"method": {}, "headers": {}, "query": {}, "body": {}}


def trigger_manifest(mode: str = "poll", **changes: Any) -> dict[str, Any]:
    """Write the manifest of a block that may call, keep values, and be given a key."""
    fields = {"cursor": {}} if mode == "poll" else REQUEST_FIELDS
    return {
        "block": 1,
        "id": "acme.watch",
        "version": "1.0.0",
        "kind": "trigger",
        "title": "Watch",
        "summary": "Watches",
        "category": "connect",
        "publisher": "acme",
        "licence": "MIT",
        "trigger": {"mode": mode},
        "config": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"url": ADDRESS},
        },
        "input": {"type": "object", "additionalProperties": False, "properties": fields},
        "outputs": [{"name": "events", "title": "Events"}],
        "permissions": [
            {"name": "http", "reason": "Asks the address", "hosts": ["*"]},
            {"name": "state", "reason": "Keeps what it saw"},
        ],
        "secrets": [KEY_SLOT],
        "behaviour": {"effects": "read"},
        **changes,
    }


def make_trigger(
    run: Callable[[Context], Outcome],
    mode: str = "poll",
    *,
    digest: str = DIGEST,
    standing: Standing = Standing.INSTALLED,
    **changes: Any,
) -> Block:
    """Make a block as if a package of it were installed."""
    manifest = parse_manifest(trigger_manifest(mode, **changes))
    return Block(manifest=manifest, run=run, folder=Path(), digest=digest, standing=standing)


def among_standard(*blocks: Block) -> Registry:
    """Give the standard blocks and these."""
    return Registry([*standard_registry().each(), *blocks])


def count_tickets(ctx: Context) -> Outcome:
    """Tell new tickets, keeping in its state what it saw and how often it looked."""
    answer = ctx.http.request("GET", ctx.config["url"], connection="api")
    items = {str(one["id"]): one for one in answer.json()["open"]}
    seen, looks = ctx.state.get("seen", []), ctx.state.get("looks", 0) + 1
    ctx.state.set("seen", sorted({*seen, *items}))
    ctx.state.set("looks", looks)
    events = [{"key": key, "data": one} for key, one in items.items() if key not in seen]
    return ctx.emit("events", {"events": events, "cursor": looks})
