"""Shelve alarm: put aside together with the record of the step."""

from __future__ import annotations

from datetime import UTC, timedelta

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the alarm on the shelf, or by `missing`."""
    alarm_id, for_s = ctx.input["alarm_id"], ctx.config["for_s"]
    if ctx.alarms.get(alarm_id) is None:
        return ctx.emit("missing", {"alarm_id": alarm_id})
    ctx.alarms.shelve(alarm_id, for_s=for_s, reason=ctx.config["reason"])
    until = (ctx.run.now + timedelta(seconds=for_s)).astimezone(UTC)
    return ctx.emit("done", {"alarm_id": alarm_id, "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"})
