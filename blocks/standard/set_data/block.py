"""Set data: name values for later steps."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Hand on the values, each under its name."""
    return ctx.emit("done", dict(ctx.config["values"]))
