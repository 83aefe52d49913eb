"""Split a list: cuts a list into parts of a size."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the parts."""
    items, size = ctx.input["items"], ctx.config["size"]
    parts = [items[begin : begin + size] for begin in range(0, len(items), size)]
    return ctx.emit("done", {"parts": parts, "count": len(parts)})
