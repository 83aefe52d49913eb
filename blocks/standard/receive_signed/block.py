"""A signed message at an address: checked as its sender signs it, told once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from blocks.sdk import Context, Outcome

KEY_MAX = 200
SCHEMES: Mapping[str, Mapping[str, str]] = {
    "github": {"header": "X-Hub-Signature-256", "prefix": "sha256="},
    "grafana": {"header": "X-Grafana-Alerting-Signature"},
    "slack": {
        "header": "X-Slack-Signature",
        "prefix": "v0=",
        "signed": "v0:{timestamp}:{body}",
        "timestamp": "X-Slack-Request-Timestamp",
    },
}
OWN = ("header", "prefix", "algorithm", "encoding")


def run(ctx: Context) -> Outcome:
    """Tell a message that is signed with the secret, as one event."""
    if not _is_signed(ctx):
        return _answer(ctx, 401, {"why": "the signature is missing or does not fit"})
    body = ctx.input.get("body")
    if isinstance(body, dict) and body.get("type") == "url_verification":
        return _answer(ctx, 200, str(body.get("challenge", "")))
    key = _key(body, ctx.config.get("id", ""))
    if key is None:
        return _answer(ctx, 400, {"why": f"there is no text or number at {ctx.config['id']}"})
    return ctx.emit("events", {"events": [{"key": key, "data": body}]})


def _is_signed(ctx: Context) -> bool:
    sender = ctx.config["sender"]
    if sender == "gitlab":  # it sends the secret itself
        return ctx.hook.verify_secret("secret", header="X-Gitlab-Token")
    own = {name: ctx.config[name] for name in OWN if name in ctx.config}
    return ctx.hook.verify_hmac("secret", **SCHEMES.get(sender, own))


def _answer(ctx: Context, status: int, body: Any) -> Outcome:
    return ctx.emit("events", {"events": [], "answer": {"status": status, "body": body}})


def _key(body: Any, pointer: str) -> str | None:
    """Give what tells a message from others: what stands at the pointer, or else all of it."""
    if not pointer:
        whole = json.dumps(body, sort_keys=True, separators=(",", ":"))
        return sha256(whole.encode()).hexdigest()
    found = _at(body, pointer)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        return None
    key = str(found)
    return key if len(key) <= KEY_MAX else sha256(key.encode()).hexdigest()


def _at(document: Any, pointer: str) -> Any:
    """Follow a JSON Pointer (RFC 6901); None when it leads nowhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document
