"""Fingerprint: makes a key that is the same for the same data."""

from __future__ import annotations

import json
from hashlib import sha256

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the key: SHA-256 of the data as JSON with its fields in order."""
    text = json.dumps(ctx.input["value"], sort_keys=True, separators=(",", ":"))
    digest = sha256(text.encode()).hexdigest()
    return ctx.emit("done", {"key": ctx.config["prefix"] + digest[: ctx.config["length"]]})
