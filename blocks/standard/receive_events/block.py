"""CloudEvents at an address: checks the sender, shakes hands, tells each event."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from blocks.sdk import Context, Outcome

EVENTS_MAX = 100
KEY_MAX = 200
BINARY = "ce-"
NEEDED = ("id", "source", "type")


def run(ctx: Context) -> Outcome:
    """Answer a hand-shake, or tell the events of a request that has the token."""
    if ctx.input["method"] == "OPTIONS":
        return _shake_hands(ctx)
    if not _is_from_who_it_says(ctx):
        return _answer(ctx, 401, "the token is missing or is another")
    events = _events(ctx.input["headers"], ctx.input.get("body"))
    if events is None:
        return _answer(ctx, 400, f"no CloudEvent: {', '.join(NEEDED)} must be texts")
    if len(events) > EVENTS_MAX:
        return _answer(ctx, 413, f"a batch has at most {EVENTS_MAX} events")
    wanted = [one for one in events if _is_wanted(one["type"], ctx.config.get("types", ()))]
    told = [{"key": _key(one), "data": one} for one in wanted]
    return ctx.emit("events", {"events": told})


def _shake_hands(ctx: Context) -> Outcome:
    """Allow a sender to send, as HTTP Web Hooks 1.0 for Event Delivery has it (clause 4)."""
    origin = ctx.input["headers"].get("webhook-request-origin", "")
    allowed = ctx.config.get("origins", ())
    if not origin or (allowed and origin not in allowed):
        return _answer(ctx, 403, "this origin may not send here")
    headers = {"webhook-allowed-origin": origin, "webhook-allowed-rate": "*", "allow": "POST"}
    return ctx.emit("events", {"events": [], "answer": {"status": 200, "headers": headers}})


def _is_from_who_it_says(ctx: Context) -> bool:
    by_header = ctx.hook.verify_secret("token", header="Authorization", prefix="Bearer ")
    return by_header or ctx.hook.verify_secret("token", query="access_token")


def _events(headers: Mapping[str, str], body: Any) -> list[dict[str, Any]] | None:
    """Read what came as a batch, as one event, or with its attributes in headers."""
    attributes = {
        name.removeprefix(BINARY): unquote(value)
        for name, value in headers.items()
        if name.startswith(BINARY)
    }
    if "specversion" in attributes:
        body = {**attributes, "data": body}
    found = body if isinstance(body, list) else [body]
    return found if all(_is_event(one) for one in found) else None


def _is_event(one: Any) -> bool:
    if not isinstance(one, dict):
        return False
    return all(isinstance(one.get(name), str) and one[name] for name in NEEDED)


def _is_wanted(kind: str, wanted: Any) -> bool:
    return not wanted or any(kind == one or kind.startswith(f"{one}.") for one in wanted)


def _key(event: Mapping[str, Any]) -> str:
    """Give what tells it from others: source and id together, as CloudEvents 1.0 has it."""
    key = f"{event['source']} {event['id']}"
    return key if len(key) <= KEY_MAX else sha256(key.encode()).hexdigest()


def _answer(ctx: Context, status: int, why: str) -> Outcome:
    return ctx.emit("events", {"events": [], "answer": {"status": status, "body": {"why": why}}})
