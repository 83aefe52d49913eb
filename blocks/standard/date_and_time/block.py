"""Date and time: adds to an instant, writes it for people, counts what lies between."""

from __future__ import annotations

from datetime import datetime, timedelta

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._times import zone_of
from kernel.clock import format_instant, parse_instant


def run(ctx: Context) -> Outcome:
    """End by `done` with the instant in several writings."""
    zone = zone_of(ctx.config["zone"])
    begin = _instant(ctx.input.get("at"), ctx.run.now)
    until = _instant(ctx.input.get("until"), ctx.run.now)
    try:
        at = begin + timedelta(seconds=ctx.config["add_s"])
        local = at.astimezone(zone)
    except OverflowError:
        message = "The instant is before year 1 or after 9999: add less."
        raise BlockError("time.out_of_range", message) from None
    return ctx.emit(
        "done",
        {
            "at": format_instant(at),
            "text": local.strftime(ctx.config["format"]),
            "date": local.date().isoformat(),
            "time": local.strftime("%H:%M"),
            "weekday": local.strftime("%A"),
            "seconds_until": (until - at).total_seconds(),
        },
    )


def _instant(text: str | None, now: datetime) -> datetime:
    return now if text is None else parse_instant(text)
