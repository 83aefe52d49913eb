"""Find alarms: reads those that fit, as they are before the step's own changes."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `found` with the alarms and how many there are, or by `none`."""
    wanted = dict(ctx.config)
    sort, limit, ack = (wanted.pop(name) for name in ("sort", "limit", "ack"))
    if ack != "any":
        wanted["acknowledged"] = ack == "acknowledged"
    found = ctx.alarms.find(wanted, sort=sort, limit=limit)
    return ctx.emit("found" if found["alarms"] else "none", found)
