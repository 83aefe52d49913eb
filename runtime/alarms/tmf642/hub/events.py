"""What listeners are told: which change of an alarm is which event, and the event's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from runtime.alarms.documents import AlarmView
from runtime.alarms.tmf642.dialect import Dialect, TaskKind
from runtime.alarms.tmf642.filters import Condition, Operator, fits, paths_of, read_conditions

CREATE = "AlarmCreateEvent"
CHANGE = "AlarmAttributeValueChangeEvent"
STATE = "AlarmStateChangeEvent"
DELETE = "AlarmDeleteEvent"
_NAMES = MappingProxyType(
    {
        "created": CREATE,
        "cleared": STATE,
        "reopened": STATE,
        "expired": STATE,
        "shelved": STATE,
        "unshelved": STATE,
        "deleted": DELETE,
    }
)
_PATHS = MappingProxyType(
    {
        "acknowledged": "ackState",
        "changed": "perceivedSeverity",
        "commented": "comment",
        "grouped": "parentAlarm",
        "group_joined": "correlatedAlarm",
        "group_left": "correlatedAlarm",
        "unacknowledged": "ackState",
        "ungrouped": "parentAlarm",
    }
)
_SPACE = UUID("6c1f7d1e-2a54-5f0e-9d0a-64200000a1a2")
_ALARM_PREFIXES = ("event.alarm.", "alarm.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of an alarm's history, with the alarm right after it."""

    alarm: AlarmView
    kind: str
    at: datetime
    facts: Mapping[str, Any]

    @property
    def event_type(self) -> str:
        """Name the event: whatever is neither birth, state nor end changed an attribute."""
        return _NAMES.get(self.kind, CHANGE)

    def event_id(self, number: int) -> UUID:
        """Give the event's id: it follows from what happened and its place among others."""
        seq = self.facts.get("seq", "")
        name = f"{self.alarm.id}:{self.kind}:{self.at.isoformat()}:{seq}:{number}"
        return uuid5(_SPACE, name)


def task_event_type(kind: TaskKind, what: str, dialect: Dialect) -> str:
    """Name a task's event.

    >>> from runtime.alarms.tmf642.dialect import V4
    >>> task_event_type(TaskKind.UNACK, "StateChange", V4)
    'UnAckAlarmsStateChangeEvent'
    """
    name = dialect.task_name(kind)
    return f"{name[0].upper()}{name[1:]}{what}Event"


def task_event_id(task_id: UUID, what: str) -> UUID:
    """Give the id of a task's event."""
    return uuid5(_SPACE, f"{task_id}:{what}")


def alarm_event(
    happened: Happened, document: Mapping[str, Any], *, event_id: UUID, dialect: Dialect
) -> dict[str, Any]:
    """Write the event of an alarm; of one that is gone, only its reference is told."""
    if happened.kind == "deleted":
        document = {name: document[name] for name in ("id", "href", "@type")}
    body = _event(happened.event_type, event_id, at=happened.at, dialect=dialect)
    if happened.kind in _PATHS and not dialect.needs_type:
        body["fieldPath"] = f"alarm.{_PATHS[happened.kind]}"
    title = f"{happened.alarm.title} on {happened.alarm.managed_object}"
    return {
        **body,
        "correlationId": str(happened.alarm.id),
        "title": title[:200],
        "description": f"alarm {happened.kind.replace('_', ' ')}",
        "event": {"alarm": dict(document)},
    }


def task_event(
    event_type: str, document: Mapping[str, Any], *, event_id: UUID, at: datetime, dialect: Dialect
) -> dict[str, Any]:
    """Write the event of a task."""
    name = event_type.removesuffix("Event").removesuffix("Create").removesuffix("StateChange")
    resource = name[0].lower() + name[1:]
    return {
        **_event(event_type, event_id, at=at, dialect=dialect),
        "correlationId": document["id"],
        "title": event_type,
        "event": {resource: dict(document)},
    }


def _event(event_type: str, event_id: UUID, *, at: datetime, dialect: Dialect) -> dict[str, Any]:
    mark = {"@type": event_type} if dialect.needs_type else {}
    return {
        **mark,
        "id": str(event_id),
        "eventId": str(event_id),
        "eventTime": format_instant(at),
        "eventType": event_type,
        "domain": "Alarm",
        dialect.occurred: format_instant(at),
    }


@cache
def event_paths(dialect: Dialect) -> dict[str, Any]:
    """Give what a hub's query may name: `eventType`, and each attribute of the alarm."""
    return {"eventType": {"type": "string"}, **paths_of(dialect)}


def read_query(query: str, dialect: Dialect) -> list[Condition]:
    """Read a hub's query, such as `eventType=AlarmCreateEvent&perceivedSeverity=critical,major`.

    Raises:
        InvalidError: naming what it cannot use.
    """
    pairs = [
        (_short(name), value) for name, value in parse_qsl(query, keep_blank_values=True) if name
    ]
    try:
        conditions = read_conditions(pairs, event_paths(dialect))
    except InvalidError as error:
        problems = [Problem("/query", f"query: {one.message}") for one in error.problems]
        raise InvalidError(f"query: {error.message}", problems=problems) from None
    if query.strip() and not conditions:
        message = "query: write name=value, such as eventType=AlarmCreateEvent"
        raise InvalidError(message, problems=[Problem("/query", message)])
    return conditions


def _short(name: str) -> str:
    for prefix in _ALARM_PREFIXES:
        name = name.removeprefix(prefix)
    return name


def is_wanted(
    body: Mapping[str, Any], conditions: list[Condition], known: Mapping[str, Any]
) -> bool:
    """Tell whether a hub wants an event; `known` is `event_paths` of its version."""
    alarm = body["event"].get("alarm", {})
    return fits({**alarm, "eventType": body["eventType"]}, conditions, known)


def wants_type(conditions: list[Condition], event_type: str) -> bool:
    """Tell whether a hub may want events of this type, before one is written."""
    return all(
        (event_type in one.values) is (one.operator is not Operator.NE)
        for one in conditions
        if one.path == "eventType" and one.operator in (Operator.EQ, Operator.NE)
    )
