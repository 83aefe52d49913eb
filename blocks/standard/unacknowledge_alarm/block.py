"""Remove acknowledgement: given back together with the record of the step."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the alarm taken on by nobody, or by `missing`."""
    alarm_id = ctx.input["alarm_id"]
    if ctx.alarms.get(alarm_id) is None:
        return ctx.emit("missing", {"alarm_id": alarm_id})
    comment = ctx.config.get("comment", "").strip()
    if comment:
        ctx.alarms.comment(alarm_id, comment)
    ctx.alarms.unacknowledge(alarm_id)
    return ctx.emit("done", {"alarm_id": alarm_id})
