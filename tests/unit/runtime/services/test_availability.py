"""Availability against what was agreed: exact, and never rounded to the better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.services.availability import Agreement, MonthReport, allowed, month_report
from runtime.services.spans import Month, Span, month_span
from runtime.services.timeline import Moment, State

ZURICH = ZoneInfo("Europe/Zurich")
MARCH = month_span(Month(2026, 3), ZURICH)
MINUTE = timedelta(minutes=1)
AGREED = Agreement(percent=Decimal("99.9"))
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def down(start: datetime, minutes: float, state: State = State.DOWN) -> list[Moment]:
    is_down = state in (State.DOWN, State.PLANNED)
    return [
        Moment(at=start, state=state, is_down=is_down),
        Moment(at=start + minutes * MINUTE, state=State.WORKING),
    ]


def march(
    *moments: Moment,
    agreement: Agreement | None = AGREED,
    watched_from: datetime = LONG_AGO,
    now: datetime = MARCH.end,
    open_spans: list[Span] | None = None,
) -> MonthReport:
    timeline = [Moment(at=watched_from, state=State.WORKING), *moments]
    return month_report(
        timeline,
        agreement,
        period=MARCH,
        watched_from=watched_from,
        now=now,
        open_spans=open_spans,
    )


def test_a_month_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    assert march().agreed == timedelta(days=31, hours=-1)


def test_minutes_down_and_what_is_left_are_exact() -> None:
    found = march(*down(MARCH.start + 100 * MINUTE, 12))

    assert found.down == 12 * MINUTE
    assert found.budget == allowed(timedelta(days=31, hours=-1), Decimal("99.9"))
    assert found.left == found.budget - 12 * MINUTE
    assert found.is_kept is True


def test_a_disturbance_over_the_months_edge_counts_in_each_month_for_its_part() -> None:
    found = march(*down(MARCH.start - 30 * MINUTE, 40))

    assert found.down == 10 * MINUTE


def test_planned_work_is_neither_down_nor_agreed_where_it_is_left_out() -> None:
    found = march(*down(MARCH.start, 120, State.PLANNED))

    assert (found.down, found.planned) == (timedelta(0), 120 * MINUTE)
    assert found.agreed == timedelta(days=31, hours=-3)


def test_planned_work_counts_as_down_where_that_was_agreed() -> None:
    agreement = Agreement(percent=Decimal("99.9"), planned_excluded=False)

    found = march(*down(MARCH.start, 120, State.PLANNED), agreement=agreement)

    assert (found.down, found.planned) == (120 * MINUTE, timedelta(0))
    assert found.is_kept is False


def test_only_hours_that_support_is_open_count() -> None:
    opened = [Span(MARCH.start + 8 * 60 * MINUTE, MARCH.start + 18 * 60 * MINUTE)]

    found = march(*down(MARCH.start, 9 * 60), open_spans=opened)

    assert (found.agreed, found.down) == (600 * MINUTE, 60 * MINUTE)


def test_time_before_the_service_was_in_use_does_not_count() -> None:
    found = march(watched_from=MARCH.end - timedelta(days=2))

    assert found.agreed == timedelta(days=2)
    assert found.budget == allowed(timedelta(days=2), Decimal("99.9"))


def test_time_to_come_does_not_count_but_belongs_to_the_budget() -> None:
    found = march(now=MARCH.start + timedelta(days=1))

    assert found.agreed == timedelta(days=1)
    assert found.budget == allowed(timedelta(days=31, hours=-1), Decimal("99.9"))


def test_a_second_down_never_shows_as_a_whole_hundred_percent() -> None:
    assert march(*down(MARCH.start, 1 / 60)).percent == Decimal("99.999")


def test_without_an_agreement_nothing_is_kept_or_broken() -> None:
    found = march(*down(MARCH.start, 10), agreement=None)

    assert (found.budget, found.left, found.is_kept, found.used) == (None, None, None, None)
    assert found.percent is not None


def test_a_month_before_the_service_has_no_percent() -> None:
    assert march(watched_from=MARCH.end + MINUTE).percent is None


ends = st.lists(st.integers(-3 * 86_400, 34 * 86_400), min_size=0, max_size=12, unique=True)


@given(ends, st.integers(0, 31 * 86_400), st.sampled_from([State.DOWN, State.PLANNED]))
def test_down_and_up_make_up_the_agreed_time(ends: list[int], now_s: int, state: State) -> None:
    instants = [MARCH.start + timedelta(seconds=one) for one in sorted(ends)]
    timeline = [
        Moment(at=at, state=state if index % 2 else State.WORKING, is_down=bool(index % 2))
        for index, at in enumerate(instants)
    ]
    now = MARCH.start + timedelta(seconds=now_s)

    found = month_report(
        [Moment(at=LONG_AGO, state=State.WORKING), *timeline],
        AGREED,
        period=MARCH,
        watched_from=LONG_AGO,
        now=now,
    )

    passed = min(now, MARCH.end) - MARCH.start
    assert found.agreed + found.planned == passed
    assert timedelta(0) <= found.down <= found.agreed
    if found.share is not None:
        assert found.share == 1 - Fraction(
            found.down // MINUTE.resolution, found.agreed // MINUTE.resolution
        )
        assert found.percent is not None
        assert (
            Fraction(found.percent)
            <= found.share * 100
            < Fraction(found.percent) + Fraction(1, 1000)
        )


@pytest.mark.parametrize(
    ("percent", "minutes"),
    [("99.9", "43.2"), ("99.5", "216"), ("100", "0"), ("99.99", "4.32")],
)
def test_what_a_month_of_thirty_days_allows(percent: str, minutes: str) -> None:
    found = allowed(timedelta(days=30), Decimal(percent))

    assert found == timedelta(microseconds=int(Decimal(minutes) * 60_000_000))
