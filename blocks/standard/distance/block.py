"""Distance: how far two places on the earth are apart."""

from __future__ import annotations

import math
from collections.abc import Mapping

from blocks.sdk import Context, Outcome

EARTH_KM = 6371.0088
"""Mean radius of the earth (IUGG), which the haversine formula takes it for a ball by."""


def run(ctx: Context) -> Outcome:
    """End by `near` or `far`."""
    begin, end = _radians(ctx.input["from"]), _radians(ctx.input["to"])
    km = round(_distance_km(begin, end), 3)
    port = "near" if km <= ctx.config["near_km"] else "far"
    bearing = round(_bearing(begin, end), 2) % 360 if km else 0.0
    return ctx.emit(port, {"km": km, "bearing": bearing})


def _radians(place: Mapping[str, float]) -> tuple[float, float]:
    return math.radians(place["latitude"]), math.radians(place["longitude"])


def _distance_km(begin: tuple[float, float], end: tuple[float, float]) -> float:
    """Haversine, off by at most 0.5 % since the earth is no ball."""
    (lat1, lon1), (lat2, lon2) = begin, end
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _bearing(begin: tuple[float, float], end: tuple[float, float]) -> float:
    """Give the direction to set out in, clockwise from north in degrees."""
    (lat1, lon1), (lat2, lon2) = begin, end
    east = math.sin(lon2 - lon1) * math.cos(lat2)
    north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(
        lon2 - lon1
    )
    return math.degrees(math.atan2(east, north)) % 360
