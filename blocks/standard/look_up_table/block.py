"""Look up in a table: gives the row with a key."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `found` with the row, or by `missing`."""
    key = ctx.input["key"]
    row = ctx.tables.look_up(ctx.config["table"], key)
    return ctx.emit("missing", {"key": key}) if row is None else ctx.emit("found", row)
