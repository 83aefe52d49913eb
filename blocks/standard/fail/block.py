"""Fail: ends its run, or the round of the loop it stands in, as failed."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """Fail with the reason that was written."""
    raise BlockError(ctx.config["code"], ctx.config["message"], retryable=False)
