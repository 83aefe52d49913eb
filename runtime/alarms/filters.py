"""A filter and order of alarms as it stands in an address, read and checked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.asked import (
    asked_choice,
    asked_id,
    asked_instant,
    asked_text,
    asked_zone,
    must_be,
)
from runtime.alarms._reading import GROUPINGS, NEWEST, SORTS, STATES, WHOLE_NAMES, AlarmFilter
from runtime.alarms.model import Severity

ATTRIBUTE = "attributes."
ATTRIBUTES_MAX = 5
NAMES = (
    "q",
    "state",
    "severity",
    "ack",
    "source",
    "event_type",
    "managed_object",
    "probable_cause",
    "owner",
    "attribute",
    "grouping",
    "parent",
    "since",
    "until",
    "zone",
)
_STATES = {**{one: one for one in STATES}, "all": "", "": "active"}
_ACKS = ("", "acknowledged", "unacknowledged")


class Asked(Protocol):
    """A query: names that may come several times."""

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        ...

    def get(self, name: str, default: str, /) -> str:
        """Give the first value of a name."""
        ...

    def getlist(self, name: str, /) -> list[str]:
        """Give every value of a name."""
        ...


def read_filter(asked: Asked) -> AlarmFilter:
    """Read a filter.

    `state` is active (the default), suppressed, shelved, cleared or all; `severity` may be given
    several times; `ack`; `q` for words; `managed_object`, `source`, `event_type`,
    `probable_cause` and `owner` for whole names; `since` and `until` for when it was last raised:
    instants, or local times in the time zone `zone`; `attributes.site=ZRH`, or
    `attribute=site=ZRH`, for the value of an attribute;
    `parent` for the children of one; `grouping` is top (not under another) or causes (others are
    under it).

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    severities = [one for one in asked.getlist("severity") if one]
    if any(one not in list(Severity) for one in severities):
        raise must_be("severity", "one of " + ", ".join(Severity))
    zone = asked_zone(asked)
    names: dict[str, Any] = {name: asked_text(asked, name) for name in ("q", *WHOLE_NAMES)}
    return AlarmFilter(
        state=_STATES[asked_choice(asked, "state", _STATES)],
        severities=frozenset(Severity(one) for one in severities),
        ack=asked_choice(asked, "ack", _ACKS),
        since=asked_instant(asked, "since", zone),
        until=asked_instant(asked, "until", zone),
        parent_id=asked_id(asked, "parent", of="an alarm"),
        grouping=asked_choice(asked, "grouping", GROUPINGS),
        attributes=_attributes(asked),
        **names,
    )


def read_sort(asked: Asked) -> str:
    """Read `sort` from the query, newest first where there is none."""
    return asked_choice(asked, "sort", ("", *SORTS)) or NEWEST


def _attributes(asked: Asked) -> tuple[tuple[str, str], ...]:
    found = [
        (name.removeprefix(ATTRIBUTE), value.strip())
        for name in asked
        if name.startswith(ATTRIBUTE) and name != ATTRIBUTE
        for value in asked.getlist(name)
    ]
    for said in filter(None, (one.strip() for one in asked.getlist("attribute"))):
        name, sign, value = said.partition("=")
        if not sign or not name.strip():
            raise must_be("attribute", "a name and its value, such as site=ZRH")
        found.append((name.strip(), value.strip()))
    if len(found) > ATTRIBUTES_MAX:
        raise must_be("attribute", f"at most {ATTRIBUTES_MAX} names")
    if any('"' in name or "\0" in name + value for name, value in found):
        raise must_be("attribute", "a name without quotes, and text without the character NUL")
    return tuple(sorted(set(found)))


def read_instant(asked: Asked, name: str) -> datetime | None:
    """Read an instant of the query; None where it is not given."""
    return asked_instant(asked, name, ZoneInfo("UTC"))


def read_id(said: str) -> UUID | None:
    """Read an id; None where it is none."""
    try:
        return UUID(said)
    except ValueError:
        return None
