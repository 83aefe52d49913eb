"""Where an alarm is and which threshold it crossed, in TMF642's words and in ours. Pure.

What was said is kept word for word; ours are the parts that lists and rules can look at. Written is
what was said as long as ours still says the same, else ours: a rule or a person changed it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from runtime.alarms.documents import AlarmView
from runtime.alarms.model import NAME_MAX
from runtime.alarms.tmf642.dialect import Dialect

PLACE, CROSSED = "place", "crossedThresholdInformation"
ROLE = "alarm location"
_DIRECTIONS = {"up": "up", "rising": "up", "down": "down", "falling": "down"}
_PARTS = ("id", "name", "href")


def read_place(places: Sequence[Mapping[str, Any]] | None) -> str:
    """Give the first place that has an id, else the first with a name; "" for none.

    >>> read_place([{"role": "site", "name": "Zurich"}, {"role": "site", "id": "zrh"}])
    'zrh'
    >>> read_place([{"role": "site", "relatedPlace": {"id": "ber"}}])
    'ber'
    """
    held = [one.get("relatedPlace") or one for one in places or ()]
    for part in ("id", "name"):
        for one in held:
            if one.get(part):
                return str(one[part])[:NAME_MAX]
    return ""


def read_threshold(crossed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Give the threshold that was crossed; None where indicator or observed value is not readable.

    >>> read_threshold({"indicatorName": "Temperature", "observedValue": "93.5", "direction": "UP"})
    {'indicator': 'Temperature', 'observed': 93.5, 'direction': 'up'}
    >>> read_threshold({"indicatorName": "Temperature", "observedValue": "hot"}) is None
    True
    """
    said = crossed or {}
    indicator, observed = str(said.get("indicatorName", "")), _number(said.get("observedValue"))
    if not indicator or observed is None:
        return None
    found: dict[str, Any] = {"indicator": indicator[:NAME_MAX], "observed": observed}
    if unit := said.get("indicatorUnit"):
        found["unit"] = unit
    if direction := _DIRECTIONS.get(str(said.get("direction", "")).lower()):
        found["direction"] = direction
    return found


def places_of(
    alarm: AlarmView, kept: Mapping[str, Any], dialect: Dialect
) -> list[Mapping[str, Any]]:
    """Write where an alarm is, as this version does."""
    said = kept.get(PLACE) or []
    if alarm.place != read_place(said):
        said = [{"role": ROLE, "id": alarm.place}] if alarm.place else []
    return [_nested(one) if dialect.needs_type else _flat(one) for one in said]


def crossed_of(alarm: AlarmView, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write the threshold that was crossed; both versions do it alike."""
    said: Mapping[str, Any] = kept.get(CROSSED) or {}
    ours = alarm.threshold
    if ours is None or dict(ours) == read_threshold(said):
        return said
    found = {
        "indicatorName": ours["indicator"],
        "indicatorUnit": ours.get("unit"),
        "observedValue": _written(ours["observed"]),
        "direction": ours.get("direction"),
        "thresholdCrossingDescription": (
            f"limit {_written(ours['limit'])}" if "limit" in ours else None
        ),
    }
    return {name: value for name, value in found.items() if value}


def _nested(place: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write a place as v5 does: a role, and beside it the place."""
    if "relatedPlace" in place:
        return place
    parts = {name: place[name] for name in _PARTS if name in place}
    rest = {name: value for name, value in place.items() if name not in _PARTS}
    related = {"@type": "PlaceRef", **parts}
    return {"@type": "RelatedPlaceRefOrValue", **rest, "relatedPlace": related}


def _flat(place: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write a place as v4 does: its role among its own attributes."""
    if "relatedPlace" not in place:
        return place
    related = {name: value for name, value in place["relatedPlace"].items() if name in _PARTS}
    return {"role": place["role"], **related}


def _number(said: Any) -> float | None:
    try:
        found = float(said)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _written(value: float) -> str:
    return format(value, ".15g")
