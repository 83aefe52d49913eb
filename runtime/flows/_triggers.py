"""Is a workflow's trigger fit to be published?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.zones import find_zone
from runtime.flows._hook_checks import hook_problems
from runtime.flows.cron import check_cron
from runtime.flows.problems import NOTHING_KNOWN, FlowProblem, Known
from runtime.schedules.model import FIELDS, Kind, kind_of, moment_of

_CALLED: Mapping[Kind, str] = {
    "cron": "a cron line",
    "interval": "an interval",
    "once": "a schedule that starts once",
}
_NEEDS: Mapping[Kind, str] = {
    "cron": "write when it starts, such as 0 6 * * mon-fri",
    "interval": "say how many seconds lie from one start to the next",
    "once": "write the moment, such as 2026-12-24T18:00",
}


def trigger_problems(
    id_: str, trigger: Mapping[str, Any], known: Known = NOTHING_KNOWN
) -> Iterable[FlowProblem]:
    """Yield what is wrong with one trigger."""
    if trigger["kind"] == "webhook":
        yield from hook_problems(id_, trigger)
    if trigger["kind"] != "schedule":
        return
    at = f"/triggers/{id_}"
    yield from _zone_problems(id_, trigger)
    yield from _time_problems(id_, trigger)
    name = trigger.get("calendar", {}).get("name")
    if name and known.calendars is not None and name not in known.calendars:
        message = f"calendar of {id_}: there is no calendar {name}: add it, or choose another"
        yield FlowProblem(f"{at}/calendar/name", message)
    misfire = trigger.get("misfire", {})
    if "limit" in misfire and misfire.get("policy") != "all":
        message = f"limit of {id_}: it counts only with the policy all: remove it, or choose all"
        yield FlowProblem(f"{at}/misfire/limit", message)


def _time_problems(id_: str, trigger: Mapping[str, Any]) -> Iterable[FlowProblem]:
    """Yield what is wrong with the fields that say when; those of another kind mean a mistake."""
    kind, at = kind_of(trigger), f"/triggers/{id_}"
    first = FIELDS[kind][0]
    if not trigger.get(first):
        yield FlowProblem(f"{at}/{first}", f"{first} of {id_}: {_NEEDS[kind]}")
    for other, fields in FIELDS.items():
        for field in fields if other != kind else ():
            if field in trigger:
                message = f"{field} of {id_}: {_CALLED[kind]} has none: remove it"
                yield FlowProblem(f"{at}/{field}", message)
    wrong = check_cron(trigger["cron"]) if kind == "cron" and trigger.get("cron") else None
    if wrong is not None:
        yield FlowProblem(f"{at}/cron", f"cron of {id_}: {wrong}")
    for field in ("start", "at"):
        if field in FIELDS[kind] and trigger.get(field):
            yield from _moment_problems(id_, field, trigger)


def _moment_problems(id_: str, field: str, trigger: Mapping[str, Any]) -> Iterable[FlowProblem]:
    zone = find_zone(trigger.get("timezone", "UTC")) or find_zone("UTC")
    try:
        if zone is not None:
            moment_of(trigger[field], zone)
    except (ValueError, OverflowError):
        message = (
            f"{field} of {id_}: {trigger[field]} is no moment: write a local time such as "
            "2026-12-24T18:00, or an instant such as 2026-12-24T17:00:00Z"
        )
        yield FlowProblem(f"/triggers/{id_}/{field}", message)


def _zone_problems(id_: str, trigger: Mapping[str, Any]) -> Iterable[FlowProblem]:
    zone = trigger.get("timezone", "UTC")
    if find_zone(zone) is None:
        yield FlowProblem(
            f"/triggers/{id_}/timezone",
            f"time zone of {id_}: {zone} is not known: write one such as Europe/Berlin",
        )
