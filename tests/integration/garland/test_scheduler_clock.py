"""A fake clock drives the scheduler itself: outages, misfires, leaders, pauses, new versions.

What daylight saving does to schedules is in `test_scheduler_daylight.py`, what business calendars
do in `test_scheduler_calendars.py`.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from runtime.runs.start import start_run
from runtime.schedules._tables import ScheduleMark
from runtime.schedules.clock import ScheduleClock
from runtime.schedules.model import Schedule, parse_schedule
from tenancy.scope import system
from tests.factories.schedules import ClockedWorld, utc

EVERY_TEN = {"cron": "*/10 * * * *"}


def missed(world: ClockedWorld) -> list[tuple[str, int]]:
    return [(one["at"][11:16], one["missed"]) for one in world.triggers()]


def test_a_run_sees_when_it_was_due_and_that_it_is_in_time(world: ClockedWorld) -> None:
    world.publish({"cron": "0 14 * * *", "timezone": "Europe/Berlin"})

    world.run_until("2026-11-24 13:01", world.scheduler(), step_s=7)

    assert world.triggers() == [
        {
            "kind": "schedule",
            "at": "2026-11-24T13:00:00.000Z",
            "scheduled_local": "2026-11-24T14:00:00",
            "missed": 0,
        }
    ]


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        pytest.param({"policy": "skip"}, [("12:10", 0), ("13:20", 0)], id="skip drops them"),
        pytest.param(
            {"policy": "once"},
            [("12:10", 0), ("13:10", 6), ("13:20", 0)],
            id="once is one run for all six",
        ),
        pytest.param({}, [("12:10", 0), ("13:10", 6), ("13:20", 0)], id="once is the default"),
        pytest.param(
            {"policy": "all"},
            [
                ("12:10", 0),
                *((f"12:{at}", 1) for at in (20, 30, 40, 50)),
                ("13:00", 1),
                ("13:10", 1),
                ("13:20", 0),
            ],
            id="all is a run for each",
        ),
        pytest.param(
            {"policy": "all", "limit": 2},
            [("12:10", 0), ("13:00", 5), ("13:10", 1), ("13:20", 0)],
            id="over the limit, the first kept one stands for those dropped",
        ),
        pytest.param(
            {"policy": "skip", "grace_s": 600},
            [("12:10", 0), ("13:10", 0), ("13:20", 0)],
            id="within its grace a firing is in time",
        ),
    ],
)
def test_a_scheduler_down_for_an_hour_does_what_the_policy_says(
    world: ClockedWorld, misfire: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    world.publish({**EVERY_TEN, "misfire": misfire})
    world.run_until("2026-11-24 12:15", world.scheduler())

    world.run_until("2026-11-24 13:15")
    world.run_until("2026-11-24 13:25", world.scheduler())

    assert missed(world) == expected


def test_a_firing_that_is_due_in_the_second_of_the_return_is_in_time(world: ClockedWorld) -> None:
    world.publish({**EVERY_TEN, "misfire": {"policy": "skip"}})

    world.run_until("2026-11-24 13:00")
    world.run_until("2026-11-24 13:00", world.scheduler())

    assert missed(world) == [("13:00", 0)]


def test_a_change_of_leader_fires_nothing_twice_and_loses_nothing(world: ClockedWorld) -> None:
    world.publish({"every_s": 60})
    first, second = world.scheduler(), world.scheduler()
    world.run_until("2026-11-24 12:04", first, second, step_s=5)

    world.run_until("2026-11-24 12:10", second, step_s=5)

    assert missed(world) == [(f"12:{minute:02}", 0) for minute in range(1, 11)]


def test_a_leader_that_was_away_past_its_lease_fires_nothing(world: ClockedWorld) -> None:
    world.publish({"every_s": 60})
    first, second = world.scheduler(), world.scheduler()
    first.look()
    world.run_until("2026-11-24 12:01", second, step_s=20)

    first.schedules.fire_due(now=world.now)

    assert missed(world) == [("12:01", 0)]
    assert not first.leads()


def test_killed_after_the_commit_a_firing_is_not_repeated(world: ClockedWorld) -> None:
    world.publish(EVERY_TEN)
    world.run_until("2026-11-24 12:10", world.scheduler())

    world.now += timedelta(seconds=11)
    world.scheduler().look()

    assert missed(world) == [("12:10", 0)]


def test_killed_before_the_commit_a_firing_is_made_by_the_next_one(
    world: ClockedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start_and_die(*args: Any, **kwargs: Any) -> None:
        start_run(*args, **kwargs)
        raise KeyboardInterrupt

    world.publish(EVERY_TEN)
    with monkeypatch.context() as patched:
        patched.setattr("runtime.schedules.clock.start_run", start_and_die)
        with pytest.raises(KeyboardInterrupt):
            world.run_until("2026-11-24 12:10", world.scheduler())
    assert world.fired() == []

    world.now += timedelta(seconds=11)
    world.scheduler().look()

    assert missed(world) == [("12:10", 0)]


def test_two_schedulers_that_both_believe_to_lead_fire_each_time_once(
    world: ClockedWorld,
) -> None:
    def clock() -> ScheduleClock:
        parts = {"sessions": world.services.sessions, "reading": world.services.reading}
        return ScheduleClock(**parts, hold=lambda _session: True)

    for number in range(5):
        world.publish({**EVERY_TEN, "misfire": {"policy": "all"}}, name=f"Flow {number}")
    world.now = utc("2026-11-24 13:05")
    clocks, together = [clock(), clock()], threading.Barrier(2)
    for one in clocks:
        one.refresh(now=world.now)

    def fire(one: ScheduleClock) -> None:
        together.wait()
        for _ in range(5):
            one.fire_due(now=world.now)
            one.refresh(now=world.now)

    threads = [threading.Thread(target=fire, args=[one]) for one in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert world.fired() == sorted(
        [f"2026-11-24 12:{minute}" for minute in (10, 20, 30, 40, 50)] * 5
        + ["2026-11-24 13:00"] * 5
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param("skip", [("12:10", 0), ("12:50", 0)], id="skip"),
        pytest.param("once", [("12:10", 0), ("12:40", 3), ("12:50", 0)], id="once"),
    ],
)
def test_what_a_paused_workflow_missed_is_a_misfire(
    world: ClockedWorld, policy: str, expected: list[tuple[str, int]]
) -> None:
    flow_id = world.publish({**EVERY_TEN, "misfire": {"policy": policy}})
    scheduler = world.scheduler()
    world.run_until("2026-11-24 12:15", scheduler)

    world.pause(flow_id)
    world.run_until("2026-11-24 12:45", scheduler)
    assert len(missed(world)) == 1
    world.pause(flow_id, paused=False)
    world.run_until("2026-11-24 12:55", scheduler)

    assert missed(world) == expected


def test_a_pause_between_the_look_and_the_firing_holds_it_back(world: ClockedWorld) -> None:
    flow_id = world.publish(EVERY_TEN)
    scheduler = world.scheduler()
    world.run_until("2026-11-24 12:09", scheduler)

    world.pause(flow_id)
    world.now = utc("2026-11-24 12:10")
    scheduler.schedules.fire_due(now=world.now)
    assert world.fired() == []
    world.pause(flow_id, paused=False)
    world.run_until("2026-11-24 12:11", scheduler, step_s=5)

    assert missed(world) == [("12:10", 0)]


def test_a_schedule_published_again_keeps_its_mark(world: ClockedWorld) -> None:
    flow_id = world.publish({**EVERY_TEN, "misfire": {"policy": "once"}})
    world.run_until("2026-11-24 12:15", world.scheduler())

    world.run_until("2026-11-24 13:05")
    world.republish(flow_id, {**EVERY_TEN, "misfire": {"policy": "all"}}, name="Renamed")
    world.run_until("2026-11-24 13:05", world.scheduler())

    expected = [f"12:{minute}" for minute in (20, 30, 40, 50)]
    assert missed(world) == [("12:10", 0), *((at, 1) for at in expected), ("13:00", 1)]


def test_a_schedule_whose_times_changed_begins_anew(world: ClockedWorld) -> None:
    flow_id = world.publish(EVERY_TEN)
    world.run_until("2026-11-24 12:15", world.scheduler())

    world.run_until("2026-11-24 13:05")
    world.republish(flow_id, {"cron": "7 * * * *"}, name="Nightly")
    world.run_until("2026-11-24 13:08", world.scheduler())

    assert missed(world) == [("12:10", 0), ("13:07", 0)]


def test_an_interval_stays_aligned_over_restarts_and_new_versions(world: ClockedWorld) -> None:
    world.now = utc("2026-11-24 12:03")
    every = {"every_s": 900, "start": "2026-11-24T00:05:00Z"}
    flow_id = world.publish(every)
    world.run_until("2026-11-24 12:22", world.scheduler())

    world.republish(flow_id, every, name="Renamed")
    world.run_until("2026-11-24 12:51", world.scheduler())

    assert world.fired() == [f"2026-11-24 12:{minute}" for minute in ("05", "20", "35", "50")]


def test_once_starts_once(world: ClockedWorld) -> None:
    world.publish({"at": "2026-11-24T13:30", "timezone": "Europe/Berlin"})

    world.run_until("2026-11-24 13:00", world.scheduler())
    world.run_until("2026-11-24 14:00", world.scheduler())

    assert world.fired() == ["2026-11-24 12:30"]


def test_once_in_the_past_never_starts(world: ClockedWorld) -> None:
    world.publish({"at": "2026-11-24T11:59:00Z", "misfire": {"policy": "all"}})

    world.run_until("2026-11-24 12:10", world.scheduler())

    assert world.fired() == []


def test_once_that_passed_while_no_scheduler_ran_is_made_up_for(world: ClockedWorld) -> None:
    world.publish({"at": "2026-11-24T12:30:00Z"})

    world.run_until("2026-11-24 15:00")
    world.run_until("2026-11-24 15:01", world.scheduler())

    assert missed(world) == [("12:30", 1)]


def test_a_workflow_older_than_marks_starts_with_the_next_firing(world: ClockedWorld) -> None:
    world.publish(EVERY_TEN)
    with world.sessions.begin() as session, system(session):
        session.execute(delete(ScheduleMark))

    world.run_until("2026-11-24 13:05")
    world.run_until("2026-11-24 13:11", world.scheduler(), step_s=5)

    assert missed(world) == [("13:10", 0)]


def test_a_schedule_that_cannot_be_read_leaves_the_others_alone(
    world: ClockedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse_or_fail(trigger: dict[str, Any]) -> Schedule:
        if trigger["timezone"] == "Europe/Kyiv":
            raise ValueError("this system has no such zone any more")
        return parse_schedule(trigger)

    monkeypatch.setattr("runtime.schedules.clock.parse_schedule", parse_or_fail)
    world.publish({**EVERY_TEN, "timezone": "Europe/Kyiv"}, name="Broken")
    world.publish({**EVERY_TEN, "timezone": "UTC"}, name="Sound")

    world.run_until("2026-11-24 12:11", world.scheduler())

    assert missed(world) == [("12:10", 0)]


def test_a_schedule_that_starts_nothing_says_why_and_goes_on(world: ClockedWorld) -> None:
    flow_id = world.publish({**EVERY_TEN, "dedup": "= trigger.alarm.id"})
    world.publish(EVERY_TEN, name="Another")

    world.run_until("2026-11-24 12:25", world.scheduler())

    assert world.fired() == ["2026-11-24 12:10", "2026-11-24 12:20"]
    assert "alarm" in world.mark(flow_id).problem
