"""Where the bars, lines and labels of a plot over time lie, so that it is drawn on the server.

Pure: numbers in, places out. `ui/plot.html` draws them as SVG. Across, places are percents of a
width that only the reader's window knows; up and down they are pixels of a fixed height.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

TOP_PX, FOOT_PX = 8, 124
"""Where the highest line and the foot of the bars lie; below the foot stand the times."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_BAR_SHARE = 0.72
_WIDEST_BAR = 8.0
_LINE_SPACE_PX = 28
_LABELS = {"narrow": 5, "middle": 8, "wide": 14}
"""How many times find room below, by how wide it is (the container queries of plots.css)."""
_EVERY_HOURS = (1, 2, 3, 4, 6, 12, 24, 48, 72, 168)
_EVERY_DAYS = (1, 2, 4, 7, 14, 28, 56, 91, 182, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a bar: what it counts ("" where it is the whole bar), its top and height, px."""

    kind: str
    number: int
    top: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One point: `left` and `width` of the column it stands in and of the bar itself, in percent.

    Attributes:
        at: Its instant, aware UTC.
        widths: The widths of the drawing at which its time stands below it: names of `_LABELS`.
        parts: From the foot up; pieces of nothing are left out.
    """

    at: datetime
    column_left: float
    column_width: float
    left: float
    width: float
    middle: float
    widths: Sequence[str]
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A plot: its bars, its lines as (number, px from the top), the kinds of its parts.

    Attributes:
        is_daily: Whether points are whole days, which are counted in UTC wherever the reader is.
        shows_days: Whether the times below are days rather than times of the day.
    """

    bars: Sequence[Bar]
    lines: Sequence[tuple[int, float]]
    kinds: Sequence[str]
    is_daily: bool
    shows_days: bool


def drawn_plot(points: Sequence[tuple[datetime, int | Mapping[str, int]]]) -> Plot:
    """Lay out bars over time.

    Args:
        points: Instants (aware UTC, ascending, evenly spaced) with a number >= 0, or with numbers
            by kind, each point with the same kinds, the one at the foot first.

    >>> plot = drawn_plot([(datetime(2026, 11, 24, hour, tzinfo=UTC), hour) for hour in (1, 2)])
    >>> [(bar.column_left, bar.column_width, bar.parts[0].height) for bar in plot.bars]
    [(0.0, 50.0, 29.0), (50.0, 50.0, 58.0)]
    >>> plot.lines
    [(0, 124.0), (1, 95.0), (2, 66.0), (3, 37.0), (4, 8.0)]
    """
    rows = [
        (at, numbers if isinstance(numbers, Mapping) else {"": numbers}) for at, numbers in points
    ]
    step = rows[1][0] - rows[0][0] if len(rows) > 1 else _HOUR
    columns = (rows[-1][0] - rows[0][0]) / step + 1 if rows else 1.0
    top = max([4, *(ceil(sum(numbers.values()) * 1.1) for _at, numbers in rows)])
    shown = _shown(step, columns)
    return Plot(
        bars=[
            _bar((at - rows[0][0]) / step, at, numbers, columns=columns, top=top, shown=shown)
            for at, numbers in rows
        ],
        lines=_lines(top),
        kinds=list(rows[0][1]) if rows else [],
        is_daily=step >= _DAY,
        shows_days=step * columns > 2 * _DAY + step,
    )


def _bar(
    place: float,
    at: datetime,
    numbers: Mapping[str, int],
    *,
    columns: float,
    top: int,
    shown: Mapping[str, timedelta],
) -> Bar:
    column = 100 / columns
    width = min(column * _BAR_SHARE, _WIDEST_BAR)
    middle = (place + 0.5) * column
    parts, y = [], float(FOOT_PX)
    for kind, number in numbers.items():
        height = number / top * (FOOT_PX - TOP_PX)
        y -= height
        if number:
            parts.append(Part(kind=kind, number=number, top=round(y, 2), height=round(height, 2)))
    return Bar(
        at=at,
        column_left=round(place * column, 3),
        column_width=round(column, 3),
        left=round(middle - width / 2, 3),
        width=round(width, 3),
        middle=round(middle, 3),
        widths=[name for name, every in shown.items() if _is_whole(at, every)],
        parts=parts,
    )


def _is_whole(at: datetime, every: timedelta) -> bool:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) % every == timedelta(0)


def _shown(step: timedelta, columns: float) -> Mapping[str, timedelta]:
    """Give, for each width, of which whole hours or days the times are written below."""
    unit: timedelta = _DAY if step >= _DAY else _HOUR
    choices: tuple[int, ...] = _EVERY_DAYS if step >= _DAY else _EVERY_HOURS
    spread = step * columns
    if step < _DAY and spread > 2 * _DAY + step:
        choices = tuple(hours for hours in choices if _HOUR * hours >= _DAY)
    return {
        name: unit * next((n for n in choices if spread / (unit * n) <= most), choices[-1])
        for name, most in _LABELS.items()
    }


def _lines(top: int) -> Sequence[tuple[int, float]]:
    """Give the whole numbers that lines are drawn at: 1, 2 or 5 of a power of ten apart."""
    height = FOOT_PX - TOP_PX
    apart, turn = 1, 0
    while apart / top * height < _LINE_SPACE_PX:
        apart = (1, 2, 5)[(turn := turn + 1) % 3] * 10 ** (turn // 3)
    return [
        (number, round(FOOT_PX - number / top * height, 2)) for number in range(0, top + 1, apart)
    ]
