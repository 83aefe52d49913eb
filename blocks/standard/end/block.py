"""End: ends the run successfully, with a result."""

from __future__ import annotations

from blocks.sdk import Context, End, Outcome


def run(ctx: Context) -> Outcome:
    """End the run; what other branches do is stopped."""
    return End(output=ctx.config.get("output", {}))
