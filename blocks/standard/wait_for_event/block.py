"""Wait for an event: sleeps until an alarm clears, one like another comes, or a message arrives."""

from __future__ import annotations

from datetime import timedelta

from blocks.sdk import Await, BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """Say what is waited for; Garland wakes the step when it happens or its time is up."""
    config, kind = ctx.config, ctx.config["event"]
    keys = {"alarm-cleared": config.get("alarm"), "message": config.get("correlation")}
    key = keys.get(kind) or ""
    if kind == "alarm" and not config.get("match"):
        raise BlockError("wait.unclear", "Say which alarms to wait for, under Alarms like.")
    if kind != "alarm" and not key:
        raise BlockError("wait.unclear", "Say which alarm, or which value, to wait for.")
    seconds = config.get("timeout_s")
    return Await(
        kind=kind,
        key=key,
        match=config["match"] if kind == "alarm" else None,
        until=ctx.run.now + timedelta(seconds=seconds) if seconds is not None else None,
    )
