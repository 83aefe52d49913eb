"""When schedules fire, by random lines, zones and moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.zones import instant_of, local_time
from runtime.schedules.firings import next_due, outlook, upcoming
from runtime.schedules.model import parse_schedule
from tests.unit.runtime.calendars.strategies import ZONES, first, instants

LINES = ("* * * * *", "*/20 * * * *", "30 1-4 * * *", "15 2 * * *", "0 0 * * *", "5 */3 * * sun")
DAY = timedelta(days=1)


def matches(line: str, local: datetime) -> bool:
    """Tell the plain way whether a local minute fits one of the lines above."""
    minute, hour, _, _, weekday = line.split()
    return (
        _fits(minute, local.minute)
        and _fits(hour, local.hour)
        and (weekday == "*" or local.weekday() == 6)
    )


def _fits(part: str, value: int) -> bool:
    if part == "*":
        return True
    if part.startswith("*/"):
        return value % int(part[2:]) == 0
    low, _, high = part.partition("-")
    return int(low) <= value <= int(high or low)


@settings(max_examples=80)
@given(st.sampled_from(LINES), st.sampled_from(ZONES), instants())
def test_a_cron_line_fires_at_its_local_times_moved_or_once(
    line: str, zone_name: str, start: datetime
) -> None:
    schedule = parse_schedule({"cron": line, "timezone": zone_name})
    zone, wall = schedule.timing.zone, datetime.combine(start.date(), datetime.min.time())
    minutes = (wall - DAY + timedelta(minutes=number) for number in range(4 * 1_440))
    expected = sorted({instant_of(one, zone) for one in minutes if matches(line, one)})
    assume(any(one > start for one in expected))

    fired = [one.at for one in upcoming(schedule, None, start, 400)]

    wanted = [one for one in expected if one > start]
    most = min(len(fired), len(wanted))
    assert fired[:most] == wanted[:most]
    assert most > 0


@given(st.integers(1, 100_000), instants(), instants())
def test_intervals_lie_on_one_grid_wherever_one_begins(
    every_s: int, start: datetime, after: datetime
) -> None:
    timing = parse_schedule({"every_s": every_s, "start": start.isoformat()}).timing

    due = next_due(timing, after)

    assert due is not None
    assert (due.at - start).total_seconds() % every_s == 0
    assert due.at > after
    assert due.at == start or due.at - after <= timedelta(seconds=every_s)


@settings(max_examples=60)
@given(
    st.sampled_from(["skip", "once", "all"]),
    st.integers(1, 5),
    st.lists(st.integers(1, 500), min_size=1, max_size=12),
)
def test_every_firing_is_dealt_with_once_however_long_the_looks_are_apart(
    policy: str, limit: int, pauses: list[int]
) -> None:
    misfire: dict[str, Any] = {"policy": policy, "grace_s": 60}
    misfire |= {"limit": limit} if policy == "all" else {}
    schedule = parse_schedule({"every_s": 90, "misfire": misfire})
    begin = since = now = datetime(2026, 1, 1, tzinfo=UTC)
    started: list[datetime] = []
    dealt = 0

    for pause in pauses:
        now += timedelta(seconds=pause)
        for step in outlook(schedule, None, since=since, now=now).steps:
            assert step.until > since
            since = step.until
            started += [step.firing.at] if step.firing else []
            dealt += step.missed or 1

    assert len(set(started)) == len(started)
    assert dealt == len([one for one in upcoming(schedule, None, begin, 100) if one.at <= now])


def test_a_long_pause_costs_no_more_than_a_bounded_look() -> None:
    schedule = parse_schedule({"every_s": 1, "misfire": {"policy": "all", "limit": 3}})
    now = datetime(2026, 6, 1, tzinfo=UTC)

    seen = outlook(schedule, None, since=now - 400 * DAY, now=now)

    late = [one for one in seen.steps if one.missed]
    assert len(late) == 3
    assert now - late[-1].until == timedelta(seconds=61)
    assert sum(one.missed for one in late) <= 20_000


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_local_time_and_its_instant_agree_wherever_there_is_one(zone_name: str) -> None:
    zone = parse_schedule({"every_s": 1, "timezone": zone_name}).timing.zone
    start = datetime(2026, 3, 28, tzinfo=UTC)

    wrong = first(start, lambda one: instant_of(local_time(one, zone), zone) > one, days=9)

    assert wrong is None
