"""Branch: one yes-or-no question decides the way."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Leave by `yes` when the condition holds, else by `no`."""
    holds = bool(ctx.config["when"])
    return ctx.emit("yes" if holds else "no", {"result": holds})
