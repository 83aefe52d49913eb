"""Repeat until: runs the steps of its body until a condition holds, or often enough."""

from __future__ import annotations

from blocks.sdk import Context, Loop, Outcome


def run(ctx: Context) -> Outcome:
    """Open the loop; Garland asks the condition after each round."""
    return Loop(rounds_max=ctx.config["rounds_max"], pause_s=ctx.config["pause_s"])
