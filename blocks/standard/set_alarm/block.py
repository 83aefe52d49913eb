"""Set alarm: change what an alarm says."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """Change the named fields of the alarm, or leave by `missing` when there is no such alarm."""
    alarm_id = ctx.input["alarm_id"]
    fields = dict(ctx.config)
    if not fields:
        raise BlockError("alarm.nothing_to_set", "Fill in at least one field to change.")
    if ctx.alarms.get(alarm_id) is None:
        return ctx.emit("missing", {"alarm_id": alarm_id})
    ctx.alarms.set(alarm_id, fields)
    return ctx.emit("done", {"alarm_id": alarm_id, "fields": fields})
