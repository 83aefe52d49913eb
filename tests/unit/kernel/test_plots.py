"""Where the bars, lines and labels of a plot lie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel.plots import FOOT_PX, TOP_PX, Plot, drawn_plot

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _plot(count: int, step: timedelta, *, start: datetime = MIDNIGHT, number: int = 1) -> Plot:
    return drawn_plot([(start + step * at, number) for at in range(count)])


def _times(plot: Plot, width: str) -> list[datetime]:
    return [bar.at for bar in plot.bars if width in bar.widths]


def test_bars_share_the_width_and_stand_in_the_middle_of_their_columns() -> None:
    plot = _plot(24, HOUR)

    first, last = plot.bars[0], plot.bars[-1]
    assert first.column_left == 0
    assert last.column_left + last.column_width == pytest.approx(100, abs=0.01)
    assert first.left + first.width / 2 == pytest.approx(first.middle, abs=0.01)


def test_few_bars_are_no_blocks() -> None:
    assert _plot(2, DAY).bars[0].width == 8


def test_a_point_that_is_missing_leaves_its_column_empty() -> None:
    points = [(MIDNIGHT + HOUR * at, 1) for at in (0, 1, 3)]

    lefts = [bar.column_left for bar in drawn_plot(points).bars]

    assert lefts == [0, 25, 75]


def test_parts_lie_on_each_other_from_the_foot_and_nothing_is_left_out() -> None:
    plot = drawn_plot([(MIDNIGHT, {"critical": 2, "major": 0, "minor": 1})])

    critical, minor = plot.bars[0].parts
    assert plot.kinds == ["critical", "major", "minor"]
    assert critical.top + critical.height == FOOT_PX
    assert minor.top + minor.height == pytest.approx(critical.top)
    assert critical.height == pytest.approx(2 * minor.height)


@pytest.mark.parametrize(
    ("most", "numbers"),
    [
        pytest.param(0, [0, 1, 2, 3, 4], id="nothing at all"),
        pytest.param(9, [0, 5, 10], id="a few"),
        pytest.param(70, [0, 20, 40, 60], id="tens"),
        pytest.param(1_500_000, [0, 500_000, 1_000_000, 1_500_000], id="millions"),
    ],
)
def test_lines_are_drawn_at_round_numbers(most: int, numbers: list[int]) -> None:
    lines = _plot(1, HOUR, number=most).lines

    assert [number for number, _y in lines] == numbers
    assert all(TOP_PX <= y <= FOOT_PX for _number, y in lines)


def test_a_narrow_drawing_has_fewer_times_below_than_a_wide_one() -> None:
    plot = _plot(24, HOUR)

    assert len(_times(plot, "narrow")) == 4
    assert len(_times(plot, "wide")) == 12


def test_hours_are_named_at_round_times_of_the_day() -> None:
    times = _times(_plot(24, HOUR, start=MIDNIGHT + 5 * HOUR), "narrow")

    assert [at.hour for at in times] == [6, 12, 18, 0]


def test_hours_of_a_week_are_named_by_their_days() -> None:
    plot = _plot(7 * 24, HOUR)

    assert plot.shows_days
    assert not plot.is_daily
    assert {at.hour for at in _times(plot, "wide")} == {0}


def test_days_are_whole_days() -> None:
    plot = _plot(30, DAY)

    assert plot.is_daily
    assert plot.shows_days
    assert 3 <= len(_times(plot, "narrow")) <= 5
