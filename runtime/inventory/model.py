"""What is said of resources and of how they stand to each other: checked values, no database.

Whoever reads a file or a form ends here. What cannot be taken is a `Problem` that names the place
and the remedy; it never spoils what stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.json_text import why_not_kept
from runtime.imports.reading import FileRead, refused
from runtime.inventory._tables import (
    KEY_MAX,
    NAME_MAX,
    TYPE_MAX,
    RelationKind,
    ResourceKind,
)

__all__ = [
    "KEY_MAX",
    "NAME_MAX",
    "TYPE_MAX",
    "Gathered",
    "RelationKind",
    "RelationSaid",
    "ResourceKind",
    "ResourceSaid",
    "check_resource",
]

ATTRIBUTES_MAX = 100
ATTRIBUTE_NAME_MAX = 200
ATTRIBUTES_BYTES_MAX = 16 * 1024
RESOURCES_MAX = 100_000
RELATIONS_MAX = 300_000
KINDS = tuple(kind.value for kind in ResourceKind)
RELATIONS = tuple(kind.value for kind in RelationKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSaid:
    """One resource as somebody states it; `site` is the key of the place it stands at."""

    key: str
    kind: ResourceKind = ResourceKind.NODE
    name: str = ""
    type: str = ""
    site: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its name, or its key where it has none."""
        return self.name or self.key[:NAME_MAX]


@dataclass(frozen=True, slots=True)
class RelationSaid:
    """How one resource stands to another, both by key."""

    start: str
    end: str
    kind: RelationKind = RelationKind.CONNECTS

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells relations apart; a connection is the same from both ends."""
        turned = self.kind is RelationKind.CONNECTS and self.end < self.start
        start, end = (self.end, self.start) if turned else (self.start, self.end)
        return start, end, self.kind.value


@dataclass(slots=True)
class Gathered(FileRead):
    """What a file says: resources by key, relations, and what could not be read of it."""

    resources: dict[str, ResourceSaid] = field(default_factory=dict)
    relations: dict[tuple[str, str, str], RelationSaid] = field(default_factory=dict)

    def add(self, place: str, said: Mapping[str, Any]) -> None:
        """Take a resource, or note why not."""
        if len(self.resources) >= RESOURCES_MAX:
            raise _too_many("resources", RESOURCES_MAX)
        found = check_resource(said)
        if isinstance(found, str):
            self.refuse(place, found)
        elif found.key in self.resources:
            self.refuse(place, f"{found.key} is there twice: give each resource a key of its own")
        else:
            self.resources[found.key] = found

    def relate(self, place: str, start: str, end: str, kind: str) -> None:
        """Take a relation, or note why not; that both ends are there is checked later."""
        if len(self.relations) >= RELATIONS_MAX:
            raise _too_many("relations", RELATIONS_MAX)
        if kind not in RELATIONS:
            self.refuse(place, f"{kind} is no relation: use one of {', '.join(RELATIONS)}")
        elif not (_is_key(start) and _is_key(end)):
            self.refuse(place, f"a relation names two keys of 1 to {KEY_MAX} characters")
        elif start == end:
            self.refuse(place, f"{start} cannot stand in a relation to itself: name two resources")
        else:
            said = RelationSaid(start, end, RelationKind(kind))
            self.relations[said.identity] = said


def check_resource(said: Mapping[str, Any]) -> ResourceSaid | str:
    """Take what is said of a resource; a sentence instead where it cannot be taken.

    >>> check_resource({"key": "r1", "kind": "router"})
    'kind router is not known: use one of site, node, part, link, service, customer'
    >>> check_resource({"key": " r1 "}).key
    'r1'
    """
    texts = {name: said.get(name, "") for name in ("key", "kind", "name", "type", "site")}
    for name, value in texts.items():
        if not isinstance(value, str):
            return f"{name} must be text"
    key, kind, name, sort, site = (value.strip() for value in texts.values())
    kind = kind or ResourceKind.NODE.value
    limits = (("key", key, KEY_MAX), ("name", name, NAME_MAX), ("type", sort, TYPE_MAX))
    attributes = said.get("attributes") or {}
    problems = [
        "" if key else "key is missing: it is what alarms name the resource by",
        "" if kind in KINDS else f"kind {kind[:40]} is not known: use one of {', '.join(KINDS)}",
        *(
            f"{word} has at most {most} characters"
            for word, text, most in limits
            if len(text) > most
        ),
        "" if len(site) <= KEY_MAX else f"site has at most {KEY_MAX} characters",
        _attributes_problem(attributes) or _unstorable([key, name, sort, site, attributes]),
    ]
    if wrong := next(filter(None, problems), ""):
        return wrong
    return ResourceSaid(
        key=key, kind=ResourceKind(kind), name=name, type=sort, site=site, attributes=attributes
    )


def require_resource(said: Mapping[str, Any]) -> ResourceSaid:
    """Take what is said of one resource; raises InvalidError naming the field."""
    found = check_resource(said)
    if isinstance(found, str):
        raise InvalidError(found, problems=[Problem(f"/{found.split()[0]}", found)])
    return found


def missing_ends(gathered: Gathered, known: Iterable[str]) -> list[RelationSaid]:
    """Give the relations that name a resource which is neither in the file nor known."""
    there = {*gathered.resources, *known}
    return [
        one for one in gathered.relations.values() if one.start not in there or one.end not in there
    ]


def _attributes_problem(attributes: Any) -> str:
    if not isinstance(attributes, Mapping):
        return "attributes must be an object of names and values"
    if len(attributes) > ATTRIBUTES_MAX:
        return f"attributes: at most {ATTRIBUTES_MAX}, there are {len(attributes)}"
    if any(not 0 < len(name) <= ATTRIBUTE_NAME_MAX for name in attributes):
        return f"attributes: a name has 1 to {ATTRIBUTE_NAME_MAX} characters"
    return ""


def _unstorable(value: list[Any]) -> str:
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return f"attributes cannot be kept: {error}"
    if len(text) > ATTRIBUTES_BYTES_MAX:
        return f"attributes: at most {ATTRIBUTES_BYTES_MAX // 1024} KB of one resource"
    why = why_not_kept(value, text)
    return f"attributes cannot be kept: {why}" if why else ""


def _is_key(text: str) -> bool:
    return 0 < len(text) <= KEY_MAX and not _unstorable([text])


def _too_many(what: str, most: int) -> InvalidError:
    return refused(f"the file has more than {most:,} {what}: import it in parts")
