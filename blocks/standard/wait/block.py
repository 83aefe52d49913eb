"""Wait: sleeps for a while, until an instant or opening hours, and costs nothing meanwhile."""

from __future__ import annotations

from datetime import datetime

from blocks.sdk import BlockError, Context, Outcome
from kernel.clock import parse_instant


def run(ctx: Context) -> Outcome:
    """Sleep; a moment in the past ends the step at once."""
    given = [name for name in ("for_s", "until", "moment") if name in ctx.config]
    if len(given) != 1:
        raise BlockError(
            "wait.unclear", "Give one of the three: how long to wait, until when, or a moment."
        )
    calendar = ctx.config.get("calendar")
    if calendar is not None:
        return ctx.wait(until=_in_calendar(ctx, calendar))
    if "moment" in ctx.config:
        raise BlockError("wait.unclear", "Name the calendar whose opening or closing is meant.")
    if "until" in ctx.config:
        return ctx.wait(until=parse_instant(ctx.config["until"]))
    return ctx.wait(for_s=ctx.config["for_s"])


def _in_calendar(ctx: Context, calendar: str) -> datetime:
    if "until" in ctx.config:
        raise BlockError(
            "wait.unclear", "A fixed moment needs no calendar: take the one or the other away."
        )
    if "for_s" in ctx.config:
        return ctx.calendars.add_open_time(calendar, ctx.run.now, ctx.config["for_s"])
    if ctx.config["moment"] == "open":
        return ctx.calendars.next_open(calendar, ctx.run.now)
    return ctx.calendars.next_close(calendar, ctx.run.now)
