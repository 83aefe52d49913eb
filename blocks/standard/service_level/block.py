"""Service level: sees how much of the time allowed is used up."""

from __future__ import annotations

from datetime import datetime, timedelta

from blocks.sdk import BlockError, Context, Outcome
from kernel.clock import format_instant, parse_instant

ALL_PERCENT = 100


def run(ctx: Context) -> Outcome:
    """End by `within`, `warning` or `breached`."""
    since = parse_instant(ctx.input["since"])
    due = _due(ctx, since)
    used = _percent(since, due, ctx.run.now)
    facts = {
        "due": format_instant(due),
        "used_percent": round(used, 2),
        "left_s": (due - ctx.run.now).total_seconds(),
    }
    if used >= ALL_PERCENT:
        return ctx.emit("breached", facts)
    return ctx.emit("warning" if used >= ctx.config["warn_percent"] else "within", facts)


def _due(ctx: Context, since: datetime) -> datetime:
    allowed_s = ctx.config["target_s"]
    calendar = ctx.config.get("calendar")
    if calendar:
        return ctx.calendars.add_open_time(calendar, since, allowed_s)
    try:
        return since + timedelta(seconds=allowed_s)
    except OverflowError:
        message = "It would be due after the year 9999: allow less."
        raise BlockError("time.out_of_range", message) from None


def _percent(since: datetime, due: datetime, now: datetime) -> float:
    """Give what is used of the way from begin to end on the clock, closed hours included."""
    return ALL_PERCENT * ((now - since) / (due - since))
