"""Comment on alarm: noted together with the record of the step."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the comment in the alarm's history, or by `missing`."""
    alarm_id, text = ctx.input["alarm_id"], ctx.config["text"].strip()
    if not text:
        message = "There is nothing to note: write something in Comment."
        raise BlockError("alarms.empty_comment", message)
    if ctx.alarms.get(alarm_id) is None:
        return ctx.emit("missing", {"alarm_id": alarm_id})
    ctx.alarms.comment(alarm_id, text)
    return ctx.emit("done", {"alarm_id": alarm_id})
