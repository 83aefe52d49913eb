"""Wait: let time pass, without holding a worker."""

from __future__ import annotations

from datetime import datetime

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """Sleep for a duration or until an instant; an instant that has passed ends at once."""
    if "for_s" in ctx.config:
        return ctx.wait(for_s=ctx.config["for_s"])
    try:
        until = datetime.fromisoformat(ctx.config["until"])
    except ValueError:
        raise BlockError("wait.bad_instant", "The time to wait for cannot be read.") from None
    return ctx.wait(until=until)
