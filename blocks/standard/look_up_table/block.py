"""Look up table: find a row of one of the tenant's tables by its key."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Hand on the row by `found`, or the key by `missing`."""
    table, key = ctx.config["table"], str(ctx.input["key"])
    row = ctx.tables.look_up(table, key)
    if row is None:
        ctx.log.info(f"{table} has no row {key}")
        return ctx.emit("missing", {"key": key})
    return ctx.emit("found", row)
