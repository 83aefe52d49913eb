"""What the blocks that work on instants share."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blocks.sdk import BlockError, Context
from kernel.clock import parse_instant


def zone_of(name: str) -> tzinfo:
    """Give the time zone of that name.

    Raises:
        BlockError: `time.unknown_zone`.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"There is no time zone {name}: write it as Europe/Zurich."
        raise BlockError("time.unknown_zone", message) from None


def moment_of(ctx: Context) -> datetime:
    """Give the instant that the input names under `at`, now where it names none."""
    asked = ctx.input.get("at")
    return ctx.run.now if asked is None else parse_instant(asked)
