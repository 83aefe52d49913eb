"""Which alarms a block looks for with `ctx.alarms.find`: the filter read and checked. Pure.

The runtime asks the database for them; a mocked world picks them from what its example describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from blocks.permissions.alarms import SEVERITIES
from blocks.sdk import BlockError
from kernel.clock import parse_instant
from kernel.errors import Problem
from kernel.schema import Schema

FOUND_MAX = 100
COUNTED_MAX = 10_000
SORTS = ("newest", "oldest", "severity")
STATES = ("active", "suppressed", "shelved", "cleared", "all")
NAMES = ("managed_object", "event_type", "probable_cause", "source", "owner")
AGE_MAX_S = 100 * 366 * 86_400
_AGE = {"type": "number", "minimum": 0, "maximum": AGE_MAX_S}
_FILTER = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "state": {"enum": list(STATES)},
            "severities": {"type": "array", "maxItems": 6, "items": {"enum": list(SEVERITIES)}},
            "acknowledged": {"type": "boolean"},
            **{name: {"type": "string", "maxLength": 512} for name in NAMES},
            "parent": {"type": "string", "maxLength": 64},
            "attributes": {
                "type": "object",
                "maxProperties": 5,
                "propertyNames": {"pattern": '^[^"\\u0000]{1,200}$'},
                "additionalProperties": {"type": "string", "maxLength": 512},
            },
            "older_than_s": _AGE,
            "younger_than_s": _AGE,
        },
    }
)
_ASKED = Schema(
    {
        "type": "object",
        "properties": {
            "sort": {"enum": list(SORTS)},
            "limit": {"type": "integer", "minimum": 1, "maximum": FOUND_MAX},
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAlarms:
    """A filter that was checked; text that is "" and instants that are None ask for nothing.

    Attributes:
        began_before, began_since: When they were first raised.
        sort: One of `SORTS`.
        limit: How many to give, 1 to `FOUND_MAX`.
    """

    state: str = "active"
    severities: frozenset[str] = frozenset()
    acknowledged: bool | None = None
    managed_object: str = ""
    event_type: str = ""
    probable_cause: str = ""
    source: str = ""
    owner: str = ""
    parent: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    began_before: datetime | None = None
    began_since: datetime | None = None
    sort: str = "newest"
    limit: int = 50


def read_wanted(said: Mapping[str, Any], *, sort: str, limit: int, now: datetime) -> WantedAlarms:
    """Read a filter as a block wrote it; ages count back from `now`.

    Raises:
        BlockError: `alarms.bad_filter`, naming the field.

    >>> noon = parse_instant("2026-11-27T12:00:00Z")
    >>> read_wanted({"older_than_s": 3_600}, sort="oldest", limit=5, now=noon).began_before.hour
    11
    """
    problems = [*_FILTER.problems(dict(said)), *_ASKED.problems({"sort": sort, "limit": limit})]
    if problems:
        told = "; ".join(_told(one) for one in problems[:3])
        raise BlockError("alarms.bad_filter", f"The filter does not fit: {told}", retryable=False)
    given = {name: value for name, value in said.items() if not name.endswith("_than_s")}
    given["severities"] = frozenset(said.get("severities", ()))
    return WantedAlarms(
        **given,
        began_before=_before(now, said.get("older_than_s")),
        began_since=_before(now, said.get("younger_than_s")),
        sort=sort,
        limit=limit,
    )


def is_empty(said: Mapping[str, Any]) -> bool:
    """Tell whether a filter names something by a text that is "", so that no alarm can fit it.

    >>> is_empty({"source": ""}), is_empty({"source": "probe"}), is_empty({})
    (True, False, False)
    """
    return any(said.get(name) == "" for name in (*NAMES, "parent"))


def _told(problem: Problem) -> str:
    """Tell a problem; one inside a field, whose message names the place there, with the field."""
    field_, _, inside = problem.pointer.removeprefix("/").partition("/")
    return f"{field_}: {problem.message}" if inside else problem.message


def pick(alarms: Iterable[Mapping[str, Any]], wanted: WantedAlarms) -> dict[str, Any]:
    """Pick from described alarms, of which any field may be missing; give what `find` gives."""
    fitting = [dict(one) for one in alarms if _fits(one, wanted)]
    if wanted.sort == "severity":
        fitting.sort(key=lambda one: SEVERITIES.index(one.get("perceived_severity", "cleared")))
    else:
        is_newest = wanted.sort == "newest"
        fitting.sort(key=lambda one: str(one.get("last_raised_at", "")), reverse=is_newest)
    return found(fitting[: wanted.limit], len(fitting))


def found(alarms: list[dict[str, Any]], count: int) -> dict[str, Any]:
    """Write what `find` gives; a count over `COUNTED_MAX` is told as that."""
    return {"alarms": alarms, "count": min(count, COUNTED_MAX), "more": count > len(alarms)}


def _before(now: datetime, seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    return max(now - timedelta(seconds=seconds), datetime(1970, 1, 1, tzinfo=now.tzinfo))


def _fits(alarm: Mapping[str, Any], wanted: WantedAlarms) -> bool:
    if wanted.severities and alarm.get("perceived_severity") not in wanted.severities:
        return False
    if wanted.acknowledged is not None:
        is_acknowledged = alarm.get("ack_state") == "acknowledged"
        if is_acknowledged is not wanted.acknowledged:
            return False
    names = [*((name, getattr(wanted, name)) for name in NAMES), ("parent", wanted.parent)]
    if any(value and alarm.get(name) != value for name, value in names):
        return False
    said = alarm.get("attributes", {})
    if any(said.get(name) != value for name, value in wanted.attributes.items()):
        return False
    return _is_in_state(alarm, wanted.state) and _is_of_age(alarm, wanted)


def _is_in_state(alarm: Mapping[str, Any], state: str) -> bool:
    is_cleared = alarm.get("state") == "cleared"
    is_shelved = alarm.get("shelved_until") is not None
    is_suppressed = bool(alarm.get("suppressed_by"))
    return {
        "active": not (is_cleared or is_shelved or is_suppressed),
        "suppressed": is_suppressed and not is_cleared,
        "shelved": is_shelved,
        "cleared": is_cleared,
        "all": True,
    }[state]


def _is_of_age(alarm: Mapping[str, Any], wanted: WantedAlarms) -> bool:
    if wanted.began_before is None and wanted.began_since is None:
        return True
    if "raised_at" not in alarm:
        return False
    began = parse_instant(alarm["raised_at"])
    before, since = wanted.began_before, wanted.began_since
    return (before is None or began <= before) and (since is None or began >= since)
