"""A fake clock drives the scheduler over the days on which the clocks change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.schedules import ClockedWorld, utc

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


def walk(world: ClockedWorld, trigger: dict[str, Any], start: str, end: str) -> list[str]:
    world.now = utc(start)
    world.publish(trigger)
    world.run_until(end, world.scheduler(), step_s=60)
    return [at[11:] for at in world.fired()]


@pytest.mark.parametrize(
    ("zone", "cron", "start", "end", "expected"),
    [
        pytest.param(
            BERLIN,
            "30 1-4 * * *",
            "2026-03-29 00:00",
            "2026-03-29 03:00",
            ["00:30", "01:00", "01:30", "02:30"],
            id="Berlin: half past two moves to three, the others stay",
        ),
        pytest.param(
            BERLIN,
            "*/20 2 * * *",
            "2026-03-29 00:00",
            "2026-03-29 03:00",
            ["01:00"],
            id="Berlin: what falls into the hour that is not there fires once",
        ),
        pytest.param(
            BERLIN,
            "*/30 * * * *",
            "2026-03-29 00:10",
            "2026-03-29 02:00",
            ["00:30", "01:00", "01:30", "02:00"],
            id="Berlin: every half hour goes on in step",
        ),
        pytest.param(
            NEW_YORK,
            "15 2 * * *",
            "2026-03-08 06:00",
            "2026-03-08 09:00",
            ["07:00"],
            id="New York: a quarter past two moves to three",
        ),
        pytest.param(
            LORD_HOWE,
            "15,45 1-2 * * *",
            "2026-10-03 14:00",
            "2026-10-03 16:30",
            ["14:45", "15:15", "15:30", "15:45"],
            id="Lord Howe: half an hour is jumped over",
        ),
    ],
)
def test_a_local_time_that_does_not_come_is_moved_to_the_clocks_change(
    world: ClockedWorld, zone: str, cron: str, start: str, end: str, expected: list[str]
) -> None:
    assert walk(world, {"cron": cron, "timezone": zone}, start, end) == expected


@pytest.mark.parametrize(
    ("zone", "cron", "start", "end", "expected"),
    [
        pytest.param(
            BERLIN,
            "30 1-3 * * *",
            "2026-10-24 23:00",
            "2026-10-25 03:00",
            ["00:30", "02:30", "23:30"],
            id="Berlin: half past two",
        ),
        pytest.param(
            BERLIN,
            "*/30 * * * *",
            "2026-10-24 23:40",
            "2026-10-25 02:30",
            ["00:00", "00:30", "02:00", "02:30"],
            id="Berlin: every half hour rests while the hour repeats",
        ),
        pytest.param(
            NEW_YORK,
            "30 1 * * *",
            "2026-11-01 04:00",
            "2026-11-01 08:00",
            ["05:30"],
            id="New York: half past one",
        ),
        pytest.param(
            LORD_HOWE,
            "45 1 * * *",
            "2026-04-04 14:00",
            "2026-04-04 17:00",
            ["14:45"],
            id="Lord Howe: a quarter to two",
        ),
    ],
)
def test_a_local_time_that_comes_twice_fires_the_first_time(
    world: ClockedWorld, zone: str, cron: str, start: str, end: str, expected: list[str]
) -> None:
    assert sorted(walk(world, {"cron": cron, "timezone": zone}, start, end)) == expected


def test_published_while_an_hour_repeats_it_waits_for_new_local_times(
    world: ClockedWorld,
) -> None:
    trigger = {"cron": "*/30 * * * *", "timezone": BERLIN}

    assert walk(world, trigger, "2026-10-25 01:10", "2026-10-25 02:30") == ["02:00", "02:30"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2026-03-28 23:30", "2026-03-29 03:00", id="the clocks go forward"),
        pytest.param("2026-10-24 23:30", "2026-10-25 03:00", id="the clocks go back"),
    ],
)
def test_intervals_count_real_seconds(world: ClockedWorld, start: str, end: str) -> None:
    fired = walk(world, {"every_s": 3_600, "timezone": BERLIN}, start, end)

    assert fired == ["00:00", "01:00", "02:00", "03:00"]


def test_a_moment_that_does_not_come_is_moved_too(world: ClockedWorld) -> None:
    trigger = {"at": "2026-03-29T02:15", "timezone": BERLIN}

    assert walk(world, trigger, "2026-03-29 00:00", "2026-03-29 03:00") == ["01:00"]


def test_missed_over_a_change_of_the_clocks_all_are_counted_once(world: ClockedWorld) -> None:
    world.now = utc("2026-10-24 23:40")
    world.publish({"cron": "*/30 * * * *", "timezone": BERLIN})

    world.run_until("2026-10-25 02:10")
    world.run_until("2026-10-25 02:10", world.scheduler())

    assert [(one["at"][11:16], one["missed"]) for one in world.triggers()] == [("02:00", 3)]
    assert world.triggers()[0]["scheduled_local"] == "2026-10-25T03:00:00"
