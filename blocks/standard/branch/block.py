"""Branch: leaves by `yes` when its condition is true, else by `no`."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by the port that the condition chose; the runtime has evaluated it."""
    return ctx.emit("yes" if ctx.config["when"] else "no")
