"""When a window is, over changes of the clocks too, and what is refused."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.maintenance.model import Window, parse_window, window_document
from tests.factories.maintenance import window_document as make

SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start: str, end: str, rrule: str = "", **changes: Any) -> Window:
    times = {"starts_at": f"{start}Z", "ends_at": f"{end}Z"}
    return parse_window(make(**times, rrule=rrule, **changes))


NIGHT = ("2026-11-24T00:00:00", "2026-11-24T04:00:00")  # 01:00 to 05:00 in Berlin


@pytest.mark.parametrize(
    ("at", "covered"),
    [
        pytest.param("2026-11-23T23:59:59", False, id="one second before"),
        pytest.param("2026-11-24T00:00:00", True, id="its start belongs to it"),
        pytest.param("2026-11-24T03:59:59", True, id="one second before its end"),
        pytest.param("2026-11-24T04:00:00", False, id="its end does not"),
    ],
)
def test_a_window_covers_from_its_start_to_before_its_end(at: str, covered: bool) -> None:
    assert (window(*NIGHT).time_at(utc(at)) is not None) is covered


@pytest.mark.parametrize(
    ("at", "covered"),
    [
        pytest.param("2026-11-29T23:59:59", False, id="a second early, next week"),
        pytest.param("2026-12-01T00:00:00", True, id="next week"),
        pytest.param("2026-12-02T00:00:00", False, id="another day"),
        pytest.param("2026-11-17T01:00:00", False, id="before the first time"),
    ],
)
def test_a_weekly_window_comes_again(at: str, covered: bool) -> None:
    weekly = window(*NIGHT, "FREQ=WEEKLY;BYDAY=TU")

    assert (weekly.time_at(utc(at)) is not None) is covered


@pytest.mark.parametrize(
    ("first", "start", "end"),
    [
        pytest.param("2027-03-27", "2027-03-28 00:00", "2027-03-28 03:00", id="three hours"),
        pytest.param("2027-10-30", "2027-10-30 23:00", "2027-10-31 04:00", id="five hours"),
    ],
)
def test_a_nightly_window_keeps_its_local_times_when_the_clocks_change(
    first: str, start: str, end: str
) -> None:
    offset = 0 if first.startswith("2027-03") else -1
    begin = utc(first) + timedelta(hours=offset)
    nightly = window(
        begin.isoformat()[:19], (begin + timedelta(hours=4)).isoformat()[:19], "FREQ=DAILY"
    )

    changed = list(nightly.times(begin + timedelta(hours=5), begin + timedelta(hours=24.5)))

    assert [(one.start, one.end) for one in changed] == [(utc(start), utc(end))]
    assert nightly.time_at(utc(end) - SECOND) == changed[0]
    assert nightly.time_at(utc(end)) is None


def test_a_window_in_the_hour_that_does_not_come_is_moved_or_left_out() -> None:
    lost = window("2027-03-27T01:15:00", "2027-03-27T01:45:00", "FREQ=DAILY")  # 02:15 to 02:45

    times = list(lost.times(utc("2027-03-28T00:00"), utc("2027-03-28T12:00")))

    assert times == []


def test_a_time_that_was_skipped_or_cut_is_not_covered() -> None:
    skipped = window(*NIGHT, "FREQ=DAILY", skipped=["2026-11-25T00:00:00Z"])

    assert skipped.time_at(utc("2026-11-25T01:00")) is None
    assert skipped.time_at(utc("2026-11-26T01:00")) is not None


@pytest.mark.parametrize(
    ("rrule", "until"),
    [
        pytest.param("", "2026-11-24 04:00", id="once"),
        pytest.param("FREQ=DAILY;COUNT=3", "2026-11-26 04:00", id="counted"),
        pytest.param("FREQ=DAILY;UNTIL=20261127", "2026-11-27 04:00", id="until a date"),
        pytest.param(
            "FREQ=DAILY;UNTIL=20261126T000000Z", "2026-11-26 04:00", id="until an instant"
        ),
        pytest.param("FREQ=DAILY;UNTIL=20261125T235959Z", "2026-11-25 04:00", id="a second less"),
        pytest.param("FREQ=MONTHLY;BYDAY=1SU", None, id="for ever"),
    ],
)
def test_a_window_knows_when_it_is_past(rrule: str, until: str | None) -> None:
    assert window(*NIGHT, rrule).until == (utc(until) if until else None)


def test_the_next_time_may_be_years_ahead() -> None:
    leap = window(
        "2028-02-29T00:00:00", "2028-02-29T01:00:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"
    )

    found = leap.next_time(utc("2028-03-01"))

    assert found is not None
    assert found.start == utc("2032-02-29")


def test_the_next_time_of_a_window_far_ahead_is_its_first() -> None:
    found = window("2099-03-28T00:00:00", "2099-03-28T04:00:00", "FREQ=WEEKLY")

    time = found.next_time(utc("2026-11-24"))

    assert time is not None
    assert time.start == utc("2099-03-28")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"name": " "}, "/name", id="no name"),
        pytest.param({"zone": "Mars/Olympus"}, "/zone", id="no zone"),
        pytest.param({"starts_at": "tomorrow"}, "/starts_at", id="no instant"),
        pytest.param({"starts_at": "2026-11-24T12:00:00"}, "/starts_at", id="no offset"),
        pytest.param({"ends_at": "2026-11-24T11:00:00Z"}, "/ends_at", id="ends before it starts"),
        pytest.param({"ends_at": "2027-11-24T11:00:00Z"}, "/ends_at", id="a year long"),
        pytest.param({"rrule": "FREQ=SECONDLY"}, "/rrule", id="every second"),
        pytest.param({"rrule": "BYDAY=MO"}, "/rrule", id="no frequency"),
        pytest.param({"rrule": "FREQ=DAILY;BYHOUR=3"}, "/rrule", id="a part that is not read"),
        pytest.param({"rrule": "FREQ=DAILY;COUNT=9999"}, "/rrule", id="comes too often"),
        pytest.param({"rrule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "/rrule", id="never comes"),
        pytest.param({"scope": {"kind": "moon"}}, "/scope", id="no scope"),
        pytest.param({"scope": {"kind": "sites", "keys": []}}, "/scope", id="no sites"),
        pytest.param(
            {"scope": {"kind": "condition", "when": {"field": "x", "op": "is"}}},
            "/scope/when/field",
            id="no condition",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_by_field(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_window(make(**changes))

    assert [one.pointer for one in refused.value.problems] == [pointer]


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2,4",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=DAILY;BYMONTHDAY=-31;BYMONTH=6",
    ],
)
def test_a_rule_that_never_comes_is_refused_without_looking_for_it(rrule: str) -> None:
    began = time.process_time()

    with pytest.raises(InvalidError) as refused:
        parse_window(make(rrule=rrule))

    assert "never comes" in refused.value.problems[0].message
    assert time.process_time() - began < 1


def test_a_document_comes_back_the_same() -> None:
    found = window(*NIGHT, "FREQ=DAILY", skipped=["2026-11-25T00:00:00Z"])

    assert parse_window(window_document(found)) == found


PARTS = (
    ("FREQ=DAILY", "FREQ=MONTHLY", "INTERVAL=3", "BYDAY=MO,-1FR", "BYMONTHDAY=31", "WKST=SU"),
    ("BYMONTH=2,13", "UNTIL=20270101", "UNTIL=99999999", "COUNT=4", "BYSETPOS=-1", "X=1", "="),
)
parts = st.sampled_from([part for each in PARTS for part in each])


@given(st.lists(parts, max_size=5).map(";".join) | st.text(max_size=30))
# a rule that seldom comes is looked for over years
def test_any_rule_is_followed_or_refused(rrule: str) -> None:
    try:
        found = parse_window(make(rrule=rrule))
    except InvalidError as error:
        pointers = {one.pointer for one in error.problems}
    else:
        assert list(found.times(found.starts_at, found.starts_at + timedelta(days=60))) is not None
        pointers = {"/rrule"}
    assert pointers == {"/rrule"}
