"""Fingerprint: makes a key that is the same for the same data."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the key: SHA-256 of the data as JSON with its fields in order."""
    text = json.dumps(_plain(ctx.input["value"]), sort_keys=True, separators=(",", ":"))
    digest = sha256(text.encode()).hexdigest()
    return ctx.emit("done", {"key": ctx.config["prefix"] + digest[: ctx.config["length"]]})


def _plain(value: Any) -> Any:
    """Write equal numbers alike: 1.0, which an expression may give, is 1."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
