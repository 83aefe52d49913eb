"""A schedule as values: when it is due, in or out of which calendar, and what missing it means.

Pure. The trigger it is read from was checked when its workflow was published
(`runtime.flows._triggers`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from kernel.clock import format_instant
from kernel.ids import sha256_of
from kernel.zones import instant_of

Kind = Literal["cron", "interval", "once"]
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "cron": ("cron",),
    "interval": ("every_s", "start"),
    "once": ("at",),
}
_YEARS = range(1970, 3000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a schedule is due.

    Attributes:
        zone: Whose clocks a cron line and local times mean.
        cron: Five fields; "" for the other kinds.
        every_s: Seconds from one to the next, > 0; 0 for the other kinds.
        start: What intervals are counted from, and their first time.
        at: The one moment; None for the other kinds.
    """

    zone: ZoneInfo
    cron: str = ""
    every_s: int = 0
    start: datetime = EPOCH
    at: datetime | None = None

    @property
    def least_s(self) -> int:
        """How many seconds at least lie between two times."""
        return self.every_s or 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRule:
    """Only while a business calendar is open (or closed), and what becomes of other times."""

    name: str
    when: Literal["open", "closed"] = "open"
    otherwise: Literal["skip", "move"] = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfire:
    """What becomes of firings that could not happen in time.

    Attributes:
        policy: Drop them, make one run for all of them, or a run for each.
        limit: With `all`, how many of the latest get a run, >= 1.
        grace_s: How late a firing may be and still count as in time.
    """

    policy: Literal["skip", "once", "all"] = "once"
    limit: int = 100
    grace_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One schedule trigger."""

    timing: Timing
    calendar: CalendarRule | None = None
    misfire: Misfire = field(default_factory=Misfire)


def kind_of(trigger: Mapping[str, Any]) -> Kind:
    """Tell what kind of schedule a trigger is: what it says, or what its fields mean.

    >>> kind_of({"every_s": 60}), kind_of({"cron": "* * * * *"}), kind_of({"timing": "once"})
    ('interval', 'cron', 'once')
    """
    said: Kind | None = trigger.get("timing")
    if said is not None:
        return said
    if "every_s" in trigger:
        return "interval"
    return "once" if "at" in trigger else "cron"


def parse_schedule(trigger: Mapping[str, Any]) -> Schedule:
    """Read a schedule trigger that was checked.

    Raises:
        ValueError: it was not: a moment or a time zone cannot be read.
    """
    rule, misfire = trigger.get("calendar"), trigger.get("misfire", {})
    return Schedule(
        timing=_timing(trigger),
        calendar=CalendarRule(**rule) if rule else None,
        misfire=Misfire(**misfire),
    )


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment: an instant with its offset, or a local time of the zone; to the second.

    Raises:
        ValueError: it is neither.

    >>> moment_of("2026-12-24T18:00", ZoneInfo("Europe/Berlin")).isoformat()
    '2026-12-24T17:00:00+00:00'
    """
    read = datetime.fromisoformat(text.strip()).replace(microsecond=0)
    if read.year not in _YEARS:
        raise ValueError(f"the year {read.year} is out of reach")
    return instant_of(read, zone) if read.tzinfo is None else read.astimezone(UTC)


def facts_of(at: datetime, local: datetime, *, missed: int = 0) -> dict[str, Any]:
    """Write what a run that a schedule starts sees as `trigger`.

    Args:
        at: The instant it is due.
        local: The local time the schedule names for it.
        missed: How many missed firings the run stands for; 0 when it is in time.
    """
    return {
        "kind": "schedule",
        "at": format_instant(at),
        "scheduled_local": local.isoformat(timespec="seconds"),
        "missed": missed,
    }


def digest_of_times(trigger: Mapping[str, Any]) -> str:
    """Tell schedules with the same times from others, whatever else they say."""
    kind = kind_of(trigger)
    facts = [kind, trigger.get("timezone", "UTC"), *(trigger.get(one) for one in FIELDS[kind])]
    return sha256_of(json.dumps(facts))


def _timing(trigger: Mapping[str, Any]) -> Timing:
    kind, zone = kind_of(trigger), ZoneInfo(trigger.get("timezone", "UTC"))
    if kind == "cron":
        return Timing(zone=zone, cron=trigger["cron"])
    if kind == "once":
        return Timing(zone=zone, at=moment_of(trigger["at"], zone))
    start = moment_of(trigger["start"], zone) if trigger.get("start") else EPOCH
    return Timing(zone=zone, every_s=trigger["every_s"], start=start)
