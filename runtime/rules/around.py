"""Fields that are not the alarm's own: its place in the network, the inventory, planned work. Pure.

`topology.…` may say how far and how long back to look: `topology.parent_down(hops=2,age_s=600)`.
The values are looked up for rules that name them and for nobody else (`runtime.surroundings`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from kernel.durations import duration_words
from runtime.rules.fields import Field, Kind

TOPOLOGY, INVENTORY, MAINTENANCE = "topology", "inventory", "maintenance"
HOPS, HOPS_MAX = 3, 5
AGE_S, AGE_MAX_S = 900, 86_400
NAME_MAX = 200
_TOPOLOGY = {
    "parent_down": (Kind.TRUTH, "something above it is down"),
    "neighbour_down": (Kind.TRUTH, "something near it is down"),
    "parent": (Kind.TEXT, "what is down above it"),
    "parent_alarm": (Kind.TEXT, "the alarm of what is down above it"),
    "parent_hops": (Kind.NUMBER, "hops to what is down above it"),
}
_OTHERS = {
    "maintenance.active": (Kind.TRUTH, "planned work on it is under way"),
    "maintenance.name": (Kind.TEXT, "name of the planned work on it"),
    "inventory.kind": (Kind.TEXT, "kind in the inventory"),
    "inventory.type": (Kind.TEXT, "type in the inventory"),
    "inventory.name": (Kind.TEXT, "name in the inventory"),
    "inventory.site": (Kind.TEXT, "site in the inventory"),
}
_LOOK = re.compile(
    r"topology\.(?P<name>[a-z_]+)(?:\(hops=(?P<hops>\d),age_s=(?P<age_s>\d{1,5})\))?"
)
_NAMED = re.compile(
    r"topology\.[a-z_]+(?:\(hops=\d,age_s=\d{1,5}\))?|maintenance\.[a-z]+|inventory\.[^{}\s]+"
)


@dataclass(frozen=True, slots=True)
class Look:
    """One question to the network: what is asked, how many hops away, how long back."""

    name: str
    hops: int
    age_s: int

    @property
    def key(self) -> str:
        """Name it below `topology`, as its field does."""
        is_usual = (self.hops, self.age_s) == (HOPS, AGE_S)
        return self.name if is_usual else f"{self.name}(hops={self.hops},age_s={self.age_s})"


def find_look(path: str) -> Look | None:
    """Read a field of the network; None where it is none, or looks further than may be.

    >>> find_look("topology.parent_down(hops=2,age_s=600)")
    Look(name='parent_down', hops=2, age_s=600)
    >>> find_look("topology.parent_down(hops=9,age_s=600)") is None
    True
    """
    match = _LOOK.fullmatch(path)
    if match is None or match["name"] not in _TOPOLOGY:
        return None
    look = Look(match["name"], int(match["hops"] or HOPS), int(match["age_s"] or AGE_S))
    is_near = 1 <= look.hops <= HOPS_MAX and 1 <= look.age_s <= AGE_MAX_S
    return look if is_near and path == f"{TOPOLOGY}.{look.key}" else None


def around_field(path: str) -> Field | None:
    """Find a field that is not the alarm's own."""
    if (look := find_look(path)) is not None:
        kind, title = _TOPOLOGY[look.name]
        hops = "hop" if look.hops == 1 else "hops"
        words = f"{title} ({look.hops} {hops}, {duration_words(look.age_s)})"
        return Field(path=path, title=words, kind=kind)
    if path in _OTHERS:
        kind, title = _OTHERS[path]
        return Field(path=path, title=title, kind=kind)
    name = path.removeprefix(f"{INVENTORY}.")
    if path.startswith(f"{INVENTORY}.") and name.strip() == name and 0 < len(name) <= NAME_MAX:
        return Field(path=path, title=f"{name} in the inventory", kind=Kind.FREE)
    return None


def offered_fields() -> tuple[Field, ...]:
    """List the fields that forms offer, those of the network also for one hop."""
    paths = [f"{TOPOLOGY}.{name}" for name in _TOPOLOGY]
    near = [Look(name, 1, AGE_S).key for name in ("parent_down", "neighbour_down")]
    found = map(around_field, [*paths, *(f"{TOPOLOGY}.{key}" for key in near), *_OTHERS])
    return tuple(field for field in found if field is not None)


def paths_named(rules: Iterable[object]) -> frozenset[str]:
    """Find every such field that rules name: in conditions, groups and texts of actions."""
    return frozenset(
        path
        for rule in rules
        for text in _texts(rule)
        for path in _NAMED.findall(text)
        if around_field(path) is not None
    )


def _texts(value: Any) -> Iterator[str]:
    """Walk all texts of a rule, however deep."""
    if isinstance(value, str):
        if not isinstance(value, Enum):
            yield value
    else:
        for inner in _inside(value):
            yield from _texts(inner)


def _inside(value: Any) -> Iterable[Any]:
    if is_dataclass(value):
        return [getattr(value, one.name) for one in fields(value)]
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, Sequence | frozenset) else ()


Around = Callable[[frozenset[str], Sequence[Any]], Sequence[Mapping[str, Any]]]


def nothing_around(_paths: frozenset[str], changes: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    """Know nothing of what lies round the alarms."""
    return [{} for _ in changes]
