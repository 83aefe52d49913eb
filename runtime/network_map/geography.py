"""Where resources lie on the earth, and where that is on a flat drawing. Pure; no tiles, no net.

Coordinates are attributes of a resource, in degrees (WGS 84): `latitude` and `longitude`, or `lat`
and `lon`, `lng` or `long`, in any case, or `pos` as topohub writes it, [longitude, latitude]. The
drawing is equirectangular and true to scale at its middle: good for a country, and no worse than
honest for a continent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, floor, hypot, isfinite, radians, sqrt
from typing import Any

LATITUDES = ("latitude", "lat")
LONGITUDES = ("longitude", "lon", "lng", "long")
WIDTH_LEAST, WIDTH_MOST = 1_000.0, 3_200.0
HEIGHT_MOST = 2_400.0
EXTENT_MOST = 20_000.0
AIR = 2.5
SLENDER = 4.0
LINES_MAX = 8
ROUNDS = 60
_STEPS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 90)
_SPAN_LEAST = 0.02
_SHRINK_LEAST = 0.1

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the graticule: a meridian at an x or a parallel at a y, and what it is called."""

    is_meridian: bool
    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Geography:
    """Where things are on the drawing, in pixels, with the lines behind them."""

    points: Mapping[str, Point]
    lines: Sequence[Line]


def position_of(attributes: Mapping[str, Any]) -> Point | None:
    """Give latitude and longitude; None where there are none, or they are no place on earth.

    >>> position_of({"Latitude": "47.37", "lon": 8.54}), position_of({"lat": 91, "lon": 0})
    ((47.37, 8.54), None)
    """
    low = {name.lower(): value for name, value in attributes.items()}
    pair = low.get("pos")
    if isinstance(pair, list) and len(pair) == 2:  # noqa: PLR2004  longitude, latitude
        low = {"longitude": pair[0], "latitude": pair[1], **low}
    latitude = next((low[name] for name in LATITUDES if name in low), None)
    longitude = next((low[name] for name in LONGITUDES if name in low), None)
    north, east = _degrees(latitude, 90.0), _degrees(longitude, 180.0)
    return None if north is None or east is None else (north, east)


def project(places: Mapping[str, Point], *, room: Point) -> Geography:
    """Lay places out as they lie to each other, then move those apart that would overlap.

    Args:
        places: Latitude and longitude by key; at least one.
        room: Width and height that each takes, in pixels.
    """
    latitudes = [one[0] for one in places.values()]
    longitudes = [one[1] for one in places.values()]
    shrink = max(cos(radians((max(latitudes) + min(latitudes)) / 2)), _SHRINK_LEAST)
    wide = max((max(longitudes) - min(longitudes)) * shrink, _SPAN_LEAST)
    high = max(max(latitudes) - min(latitudes), _SPAN_LEAST)
    flat = [(longitude * shrink, latitude) for latitude, longitude in places.values()]
    scale = _scale(flat, wide, high, room)

    def across(longitude: float) -> float:
        return round((longitude - min(longitudes)) * shrink * scale, 1)

    def down(latitude: float) -> float:
        return round((max(latitudes) - latitude) * scale, 1)

    points = {key: (across(lon), down(lat)) for key, (lat, lon) in places.items()}
    return Geography(
        points=_moved_apart(points, room),
        lines=[
            *(Line(True, across(one), _named(one, "E", "W")) for one in _marks(longitudes)),
            *(Line(False, down(one), _named(one, "N", "S")) for one in _marks(latitudes)),
        ],
    )


def _degrees(value: Any, most: float) -> float | None:
    try:
        found = float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        return None
    if found is None or isinstance(value, bool) or not isfinite(found):
        return None
    return found if -most <= found <= most else None


def _scale(flat: Sequence[Point], wide: float, high: float, room: Point) -> float:
    """Give pixels a degree: so that most places have room, within what a drawing may measure."""
    area = max(wide, high / SLENDER) * max(high, wide / SLENDER)
    needed = sqrt(AIR * len(flat) * room[0] * room[1] / area)
    gaps = sorted(hypot(x - other[0], y - other[1]) for (x, y), other in pairwise(sorted(flat)))
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    wanted = room[0] / usual if usual else WIDTH_MOST / wide
    most = max(min(WIDTH_MOST / wide, HEIGHT_MOST / high), needed)
    return min(max(wanted, WIDTH_LEAST / wide), most, EXTENT_MOST / max(wide, high))


def _marks(degrees: Sequence[float]) -> Iterator[float]:
    """Give round degrees within a range, at most `LINES_MAX`."""
    first, last = min(degrees), max(degrees)
    span = max(last - first, _SPAN_LEAST)
    step = next((one for one in _STEPS if span / one < LINES_MAX), _STEPS[-1])
    for number in range(ceil(first / step), floor(last / step) + 1):
        yield number * step


def _named(degrees: float, positive: str, negative: str) -> str:
    """Name a line.

    >>> _named(-0.5, "N", "S"), _named(8.0, "E", "W")
    ('0.5° S', '8° E')
    """
    text = f"{abs(degrees):.2f}".rstrip("0").rstrip(".")
    return f"{text}° {positive if degrees >= 0 else negative}"


def _moved_apart(points: Mapping[str, Point], room: Point) -> dict[str, Point]:
    """Push what overlaps apart, each by half, along the shorter way out; in a few rounds."""
    found = {key: [x, y] for key, (x, y) in sorted(points.items())}
    for _ in range(ROUNDS):
        if not _push(list(found.values()), room):
            break
    return {key: (round(x, 1), round(y, 1)) for key, (x, y) in found.items()}


def _push(spots: list[list[float]], room: Point) -> bool:
    """Push once; tell whether anything overlapped."""
    has_moved = False
    spots.sort()
    for at, one in enumerate(spots):
        for other in spots[at + 1 :]:
            if other[0] - one[0] >= room[0]:
                break
            across = room[0] - abs(other[0] - one[0])
            down = room[1] - abs(other[1] - one[1])
            if across <= 0 or down <= 0:
                continue
            axis, lack = (0, across) if across < down else (1, down)
            by = (lack / 2 + 0.5) * (1 if other[axis] >= one[axis] else -1)
            one[axis] -= by
            other[axis] += by
            has_moved = True
    return has_moved
