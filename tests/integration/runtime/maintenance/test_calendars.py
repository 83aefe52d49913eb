"""Planned work out of calendars' files: series, times left out, single times that were moved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.maintenance.ics import Imported, import_windows
from runtime.maintenance.windows import list_windows, upcoming_times
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer

NOW = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
WHOLE = """UID:night
DTSTART;TZID=Europe/Berlin:20261201T010000
DURATION:PT2H
RRULE:FREQ=DAILY;COUNT=4
SUMMARY:Night work
"""
MOVED = """UID:night
RECURRENCE-ID;TZID=Europe/Berlin:20261202T010000
DTSTART;TZID=Europe/Berlin:20261202T200000
DURATION:PT1H
SUMMARY:Evening work
"""
GONE = MOVED + "STATUS:CANCELLED\n"
NIGHTS = ["2026-12-01T00", "2026-12-02T00", "2026-12-03T00", "2026-12-04T00"]
EVENING = "2026-12-02T19"
WITHOUT_SECOND = [NIGHTS[0], *NIGHTS[2:]]


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    return make_customer(session).id


def take(session: Session, tenant_id: UUID, *events: str) -> Imported:
    """Import a file of these events."""
    body = "".join(f"BEGIN:VEVENT\n{one}END:VEVENT\n" for one in events)
    content = f"BEGIN:VCALENDAR\n{body}END:VCALENDAR\n".encode()
    scope = {"kind": "everything"}
    with as_tenant(session, tenant_id):
        return import_windows(
            session, tenant_id, content, zone="UTC", scope=scope, by="Ann", now=NOW
        )


def times(session: Session, tenant_id: UUID) -> list[str]:
    """List when work begins, to the hour, over all windows."""
    with as_tenant(session, tenant_id):
        found = list_windows(session, tenant_id, now=NOW)
    starts = [time.start for one in found for time in upcoming_times(one.window, now=NOW)]
    return [format_instant(one)[: len("2026-12-01T00")] for one in sorted(starts)]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        pytest.param("EXDATE;TZID=Europe/Berlin:20261202T010000\n", WITHOUT_SECOND, id="one"),
        pytest.param("EXDATE:20261202T000000Z\n", WITHOUT_SECOND, id="in another zone"),
        pytest.param("EXDATE;VALUE=DATE:20261202\n", WITHOUT_SECOND, id="by its day"),
        pytest.param(
            "EXDATE;TZID=Europe/Berlin:20261202T010000,20261203T010000\n",
            [NIGHTS[0], NIGHTS[3]],
            id="two on a line",
        ),
        pytest.param(
            "EXDATE:20261202T000000Z\nEXDATE;TZID=Europe/Berlin:20261203T010000\n",
            [NIGHTS[0], NIGHTS[3]],
            id="two lines of two zones",
        ),
        pytest.param("EXDATE:20261202T003000Z\n", NIGHTS, id="no time of the series"),
    ],
)
def test_a_series_leaves_out_what_exdate_names(
    session: Session, tenant_id: UUID, line: str, left: list[str]
) -> None:
    take(session, tenant_id, WHOLE + line)

    assert times(session, tenant_id) == left


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((WHOLE, MOVED), id="after the series"),
        pytest.param((MOVED, WHOLE), id="before the series"),
    ],
)
def test_a_single_time_that_was_moved_takes_place_when_it_was_moved_to(
    session: Session, tenant_id: UUID, events: tuple[str, ...]
) -> None:
    done = take(session, tenant_id, *events)

    assert done.planned == 2
    assert times(session, tenant_id) == sorted([*WITHOUT_SECOND, EVENING])


def test_a_single_time_that_was_cancelled_does_not_take_place(
    session: Session, tenant_id: UUID
) -> None:
    take(session, tenant_id, WHOLE, GONE)

    assert times(session, tenant_id) == WITHOUT_SECOND


def test_a_time_that_is_moved_in_a_later_file_alone_is_left_out_of_the_series(
    session: Session, tenant_id: UUID
) -> None:
    take(session, tenant_id, WHOLE)

    take(session, tenant_id, MOVED)

    assert times(session, tenant_id) == sorted([*WITHOUT_SECOND, EVENING])


def test_the_same_file_again_plans_nothing_twice(session: Session, tenant_id: UUID) -> None:
    take(session, tenant_id, WHOLE, MOVED)

    done = take(session, tenant_id, WHOLE, MOVED)

    assert (done.planned, done.changed, done.removed) == (0, 2, 0)
    assert times(session, tenant_id) == sorted([*WITHOUT_SECOND, EVENING])


def test_what_a_file_no_longer_moves_takes_place_as_the_series_says(
    session: Session, tenant_id: UUID
) -> None:
    take(session, tenant_id, WHOLE, MOVED)

    done = take(session, tenant_id, WHOLE)

    assert done.removed == 1
    assert times(session, tenant_id) == NIGHTS


def test_a_cancelled_series_takes_its_moved_times_with_it(
    session: Session, tenant_id: UUID
) -> None:
    take(session, tenant_id, WHOLE, MOVED)

    take(session, tenant_id, WHOLE + "STATUS:CANCELLED\n")

    assert times(session, tenant_id) == []


@pytest.mark.parametrize(
    ("event", "told"),
    [
        pytest.param(
            MOVED.replace("DURATION:PT1H\n", ""), "DTEND or DURATION is missing", id="no end"
        ),
        pytest.param(
            MOVED.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"),
            "RECURRENCE-ID with RANGE is not read",
            id="this and all after it",
        ),
        pytest.param(
            MOVED.replace("ID;TZID=Europe/Berlin:20261202T010000", "ID;VALUE=DATE:20261202"),
            "RECURRENCE-ID needs a time of day",
            id="no time",
        ),
    ],
)
def test_a_moved_time_that_cannot_be_read_is_told_and_stays_where_it_was(
    session: Session, tenant_id: UUID, event: str, told: str
) -> None:
    done = take(session, tenant_id, WHOLE, event)

    assert told in done.problems[0]
    assert times(session, tenant_id) == NIGHTS


def test_dates_that_are_added_to_a_series_are_told_to_be_left_out(
    session: Session, tenant_id: UUID
) -> None:
    done = take(session, tenant_id, WHOLE + "RDATE:20261224T000000Z\n")

    assert "event 1, Night work: its RDATE is not read" in done.problems[0]
    assert times(session, tenant_id) == NIGHTS
