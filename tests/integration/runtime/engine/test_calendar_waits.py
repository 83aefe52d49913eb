"""Waits that go by a business calendar, and what publishing says about calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete

from kernel.errors import InvalidError
from runtime.calendars._tables import CalendarRow
from runtime.calendars.store import create_calendar
from tests.factories.flows import step
from tests.factories.schedules import hours_document, utc
from tests.integration.runtime.engine.bench import Bench


def wait(**config: Any) -> dict[str, Any]:
    return {"pause": step("wait", config={"calendar": "Business hours", **config})}


def add_calendar(bench: Bench) -> None:
    with bench.writing() as session:
        document = hours_document()
        create_calendar(session, bench.tenant_id, document=document, by="Ann", now=bench.now)


@pytest.mark.parametrize(
    ("config", "begins", "ends"),
    [
        pytest.param({"moment": "open"}, "2026-11-28 12:00", "2026-11-30 07:00", id="opening"),
        pytest.param({"moment": "close"}, "2026-11-27 12:00", "2026-11-27 16:00", id="closing"),
        pytest.param({"for_s": 7_200}, "2026-11-27 15:00", "2026-11-30 08:00", id="open hours"),
    ],
)
def test_a_wait_goes_by_the_calendar(
    bench: Bench, config: dict[str, Any], begins: str, ends: str
) -> None:
    add_calendar(bench)
    flow_id = bench.publish(wait(**config), ["hand > pause"])
    bench.now = utc(begins)
    run_id = bench.run(flow_id)
    lasts_s = (utc(ends) - utc(begins)).total_seconds()

    bench.go(after_s=lasts_s - 1)
    assert bench.states(run_id) == {"pause": "waiting"}
    bench.go(after_s=1)

    assert bench.states(run_id) == {"pause": "succeeded"}


def test_a_wait_for_an_opening_is_over_at_once_when_it_is_open(bench: Bench) -> None:
    add_calendar(bench)
    bench.now = utc("2026-11-27 12:00")

    run_id = bench.run(bench.publish(wait(moment="open"), ["hand > pause"]))

    assert bench.states(run_id) == {"pause": "succeeded"}


def test_a_calendar_that_is_gone_fails_the_step_and_is_named(bench: Bench) -> None:
    add_calendar(bench)
    flow_id = bench.publish(wait(moment="open"), ["hand > pause"])
    with bench.writing() as session:
        session.execute(delete(CalendarRow))

    run_id = bench.run(flow_id)

    error = bench.steps(run_id)[-1].error
    assert error is not None
    assert error["code"] == "calendars.unknown"
    assert "Business hours" in error["message"]


def problems(bench: Bench, steps: dict[str, Any], **parts: Any) -> dict[str, str]:
    with pytest.raises(InvalidError) as refused:
        bench.publish(steps, ["hand > pause"], **parts)
    return {one.pointer: one.message for one in refused.value.problems}


def test_publishing_names_a_calendar_that_a_step_does_not_find(bench: Bench) -> None:
    found = problems(bench, wait(moment="open"))

    assert "no calendar Business hours" in found["/steps/pause/config/calendar"]


def test_publishing_names_a_calendar_that_a_schedule_does_not_find(bench: Bench) -> None:
    clock = {"kind": "schedule", "cron": "0 6 * * *", "calendar": {"name": "Old hours"}}

    found = problems(
        bench,
        {"pause": step("wait", config={"for_s": 1})},
        triggers={"clock": clock, "hand": {"kind": "manual"}},
    )

    assert "no calendar Old hours" in found["/triggers/clock/calendar/name"]


def test_the_moment_a_wait_ends_stays_when_the_calendar_changes(bench: Bench) -> None:
    add_calendar(bench)
    flow_id = bench.publish(wait(moment="open"), ["hand > pause"])
    bench.now = utc("2026-11-28 12:00")
    run_id = bench.run(flow_id)
    with bench.writing() as session:
        session.execute(delete(CalendarRow))

    bench.now = datetime.fromisoformat("2026-11-30T07:00:00+00:00")
    bench.go()

    assert bench.states(run_id) == {"pause": "succeeded"}
