"""A fake clock drives the scheduler itself: schedules that keep to business calendars."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from runtime.calendars._tables import CalendarRow
from tenancy.scope import system
from tests.factories.schedules import ClockedWorld, utc


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param({}, ["08:00", "12:00"], id="skipped when closed"),
        pytest.param({"otherwise": "move"}, ["07:00", "08:00", "12:00"], id="moved"),
        pytest.param(
            {"when": "closed"}, ["00:00", "04:00", "16:00", "20:00"], id="only when closed"
        ),
    ],
)
def test_a_calendar_says_when_a_schedule_may_fire(
    world: ClockedWorld, rule: dict[str, str], expected: list[str]
) -> None:
    world.now = utc("2026-11-23 23:30")
    world.add_calendar()  # eight to five in Berlin is seven to four in UTC
    rule = {"name": "Business hours", **rule}
    world.publish({"cron": "0 */4 * * *", "calendar": rule})

    world.run_until("2026-11-24 23:30", world.scheduler(), step_s=300)

    assert [at[11:] for at in world.fired()] == expected


def test_firings_moved_out_of_a_weekend_are_one(world: ClockedWorld) -> None:
    world.now = utc("2026-11-27 15:30")
    world.add_calendar()
    rule = {"name": "Business hours", "otherwise": "move"}
    world.publish({"cron": "*/30 * * * *", "calendar": rule})

    world.run_until("2026-11-30 07:45", world.scheduler(), step_s=900)

    assert world.fired() == ["2026-11-30 07:00", "2026-11-30 07:30"]
    assert world.triggers()[0]["scheduled_local"] == "2026-11-27T16:00:00"


def test_what_was_missed_is_made_up_for_when_its_calendar_opens(world: ClockedWorld) -> None:
    world.add_calendar()
    world.publish({"cron": "0 * * * *", "calendar": {"name": "Business hours"}})

    world.run_until("2026-11-24 20:00")
    world.run_until("2026-11-25 07:01", world.scheduler(), step_s=60)

    assert [(one["at"][:16], one["missed"]) for one in world.triggers()] == [
        ("2026-11-24T15:00", 3),
        ("2026-11-25T07:00", 0),
    ]


def test_a_calendar_that_changes_counts_for_the_starts_to_come(world: ClockedWorld) -> None:
    world.add_calendar()
    rule = {"name": "Business hours", "otherwise": "move"}
    world.publish({"cron": "0 19 * * *", "calendar": rule})
    scheduler = world.scheduler()
    world.run_until("2026-11-24 20:00", scheduler, step_s=600)

    world.change_calendar(week={"wed": [["06:00", "12:00"]]})
    world.run_until("2026-11-25 08:00", scheduler, step_s=600)

    assert world.fired() == ["2026-11-25 05:00"]


def test_without_its_calendar_a_schedule_waits_until_it_is_back(world: ClockedWorld) -> None:
    world.add_calendar()
    world.publish({"cron": "30 * * * *", "calendar": {"name": "Business hours"}})
    with world.sessions.begin() as session, system(session):
        session.execute(delete(CalendarRow))
    scheduler = world.scheduler()
    world.run_until("2026-11-24 13:00", scheduler)
    assert world.fired() == []

    world.add_calendar()
    world.run_until("2026-11-24 13:01", scheduler)

    assert world.fired() == ["2026-11-24 12:30"]
