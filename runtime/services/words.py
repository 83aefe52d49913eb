"""What an alarm means, said so that a shop owner understands it. Pure.

Where the network's words are the only ones there are, they are left to those who read alarms: the
sentence then says what kind of thing is disturbed, and where.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from runtime.alarms.lives import Life
from runtime.inventory.graph import Graph, Spot
from runtime.inventory.model import ResourceKind
from runtime.services.timeline import Cause, State

KINDS: Mapping[str, str] = {
    "internet": "Internet access",
    "telephone": "Telephone",
    "network": "Company network",
    "mobile": "Mobile",
    "television": "Television",
    "cloud": "Cloud and hosting",
    "other": "Other service",
}
STATES: Mapping[State, str] = {
    State.WORKING: "Works",
    State.PLANNED: "Planned work",
    State.DEGRADED: "Works badly",
    State.DOWN: "Does not work",
}
WENT: Mapping[State, str] = {
    State.WORKING: "Worked",
    State.PLANNED: "Planned work",
    State.DEGRADED: "Worked badly",
    State.DOWN: "Did not work",
}
_THINGS: Mapping[ResourceKind, str] = {
    ResourceKind.SITE: "the site {}",
    ResourceKind.NODE: "the equipment {}",
    ResourceKind.PART: "a part of the equipment, {},",
    ResourceKind.LINK: "the line {}",
    ResourceKind.SERVICE: "the service {}",
    ResourceKind.CUSTOMER: "the connection of {}",
}
_CAUSES: tuple[tuple[str, str], ...] = (
    (r"power|mains|battery|rectifier", "has no proper power"),
    (r"temperature|fan|cooling|humid|heat", "is too hot or too damp"),
    (r"loss ?of ?(signal|frame)|link ?down|cable|fib(re|er)|\blos\b|\blof\b", "is interrupted"),
    (r"unreachable|no ?response|not ?responding|neighbou?r|adjacency|session", "cannot be reached"),
    (r"threshold|utili[sz]ation|congestion|overload|capacity|full", "is overloaded"),
    (r"degrad|bit ?error|\bber\b|loss|jitter|latency|delay|quality", "is slower than it should be"),
    (r"software|process|memory|cpu|disk|storage", "does not run as it should"),
    (r"malfunction|hardware|card|module|fail", "is broken"),
    (r"security|intrusion|denial|attack", "is being protected from an attack"),
)
_EVENT_TYPES: Mapping[str, str] = {
    "communicationsAlarm": "is interrupted",
    "equipmentAlarm": "is broken",
    "environmentalAlarm": "suffers from power, heat or water",
    "qualityOfServiceAlarm": "is slower than it should be",
    "processingErrorAlarm": "does not run as it should",
    "securityServiceOrMechanismViolation": "is being protected from an attack",
}
_OTHERWISE = "is disturbed"


def cause_of(life: Life, graph: Graph, *, own_key: str) -> Cause:
    """Say what an alarm means, as the cause of a service's state."""
    what = f"{_thing_of(life, graph, own_key)} {_trouble_of(life)}"
    return Cause(
        alarm_id=life.alarm_id,
        key=life.managed_object[:300],
        what=f"{what[0].upper()}{what[1:]}",
        since=life.raised_at,
    )


def _thing_of(life: Life, graph: Graph, own_key: str) -> str:
    if life.managed_object == own_key:
        return "this service"
    spot = graph.spots.get(life.managed_object)
    if spot is None:
        return f"the equipment {life.managed_object[:120]}"
    return f"{_THINGS[spot.kind].format(spot.name)}{_place_of(spot, graph)}"


def _place_of(spot: Spot, graph: Graph) -> str:
    """Say where it stands, unless its name says so already."""
    site = graph.spots.get(spot.site)
    name = site.name if site is not None else spot.site
    return f" in {name}" if name and name.lower() not in spot.name.lower() else ""


def _trouble_of(life: Life) -> str:
    said = f"{life.specific_problem} {life.probable_cause}"
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said).lower()
    for pattern, words in _CAUSES:
        if re.search(pattern, spaced):
            return words
    return _EVENT_TYPES.get(life.event_type, _OTHERWISE)
