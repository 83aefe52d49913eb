"""What the blocks that work on instants share."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blocks.sdk import BlockError


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
