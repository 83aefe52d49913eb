"""For each: runs the steps of its body once for every item, in order or several at a time."""

from __future__ import annotations

from blocks.sdk import Context, Loop, Outcome


def run(ctx: Context) -> Outcome:
    """Open the loop; Garland runs the rounds and gathers what they give."""
    return Loop(
        items=tuple(ctx.config["items"]),
        at_once=ctx.config["at_once"],
        keeps_going=ctx.config["keeps_going"],
    )
