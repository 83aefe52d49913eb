"""Quiet hours: sees whether people may be disturbed at an instant, and when again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._times import zone_of
from kernel.clock import format_instant, parse_instant

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STEPS_MAX = 9
"""A week of quiet days, the night before it and the one after."""


def run(ctx: Context) -> Outcome:
    """End by `open` or `quiet`, with the next instant at which people may be disturbed."""
    asked = ctx.input.get("at")
    at = ctx.run.now if asked is None else parse_instant(asked)
    free = _next_free(at.astimezone(zone_of(ctx.config["zone"])), ctx.config)
    return ctx.emit("open" if free <= at else "quiet", {"again_at": format_instant(free)})


def _next_free(local: datetime, config: Mapping[str, Any]) -> datetime:
    for _ in range(STEPS_MAX):
        end = _end_of_quiet(local, config)
        if end is None:
            return local.astimezone(UTC)
        local = end
    raise BlockError("quiet.always", "It is quiet all week: leave out a day.")


def _end_of_quiet(local: datetime, config: Mapping[str, Any]) -> datetime | None:
    """Give when what makes it quiet ends, None when nothing does."""
    if DAYS[local.weekday()] in config["days"]:
        return _at(local, time.min, days=1)
    begin, end = time.fromisoformat(config["from"]), time.fromisoformat(config["to"])
    now = local.time().replace(tzinfo=None)
    if begin <= end:
        return _at(local, end) if begin <= now < end else None
    if now >= begin:
        return _at(local, end, days=1)
    return _at(local, end) if now < end else None


def _at(local: datetime, moment: time, *, days: int = 0) -> datetime:
    """Give that time of that day as clocks show it, also across a change of the clocks."""
    return datetime.combine(local.date() + timedelta(days=days), moment, tzinfo=local.tzinfo)
