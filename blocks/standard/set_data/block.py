"""Set data: gives the values it was set up with, calculated by the runtime."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the values."""
    return ctx.emit("done", dict(ctx.config["values"]))
