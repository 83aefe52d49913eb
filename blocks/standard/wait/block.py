"""Wait: sleeps for some seconds or until an instant, and costs nothing meanwhile."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome
from kernel.clock import parse_instant


def run(ctx: Context) -> Outcome:
    """Sleep; a moment in the past ends the step at once."""
    for_s, until = ctx.config.get("for_s"), ctx.config.get("until")
    if (for_s is None) == (until is None):
        raise BlockError("wait.unclear", "Give either how long to wait or until when.")
    if until is not None:
        return ctx.wait(until=parse_instant(until))
    return ctx.wait(for_s=for_s)
