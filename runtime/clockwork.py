"""The only user of APScheduler: a process's clock, and when a trigger comes next.

Triggers are asked for one time after another and hold nothing; what was dealt with is in the
database. A cron line is read over plain local times, as if no clock ever changed: what daylight
saving does to them is decided in one place, `kernel.zones`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

LINES_KEPT = 2_000
_SECOND = timedelta(seconds=1)


def process_clock() -> Any:
    """Give a scheduler that calls jobs at their times until the process ends."""
    return BlockingScheduler(timezone=UTC)


def next_cron(line: str, after: datetime) -> datetime | None:
    """Give the next local time of a cron line after a local time, both without a zone.

    >>> next_cron("0 6 * * mon-fri", datetime(2026, 11, 27, 6))
    datetime.datetime(2026, 11, 30, 6, 0)
    """
    asked = _whole(after).replace(tzinfo=UTC) + _SECOND
    found: datetime | None = _cron(line).get_next_fire_time(None, asked)
    return found.replace(tzinfo=None) if found is not None else None


def next_interval(every_s: int, start: datetime, after: datetime) -> datetime:
    """Give the next instant after `after` that is a whole number of intervals from `start` on.

    >>> start, after = (datetime(2026, 1, 1, hour, 15, tzinfo=UTC) for hour in (0, 9))
    >>> next_interval(1_800, start, after).isoformat()
    '2026-01-01T09:45:00+00:00'
    """
    trigger = IntervalTrigger(seconds=every_s, start_date=start, timezone=UTC)
    found: datetime = trigger.get_next_fire_time(None, _whole(after) + _SECOND)
    return found


def next_once(at: datetime, after: datetime) -> datetime | None:
    """Give the instant, unless it has passed."""
    found: datetime | None = DateTrigger(run_date=at).get_next_fire_time(None, after)
    return found if found is not None and found > after else None


@lru_cache(LINES_KEPT)
def _cron(line: str) -> CronTrigger:
    return CronTrigger.from_crontab(line, timezone=UTC)


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
