"""Is a workflow's trigger fit to be published?"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

from runtime.flows._hook_checks import hook_problems
from runtime.flows.cron import check_cron
from runtime.flows.problems import FlowProblem


def trigger_problems(id_: str, trigger: Mapping[str, Any]) -> Iterable[FlowProblem]:
    """Yield what is wrong with one trigger."""
    if trigger["kind"] == "webhook":
        yield from hook_problems(id_, trigger)
    if trigger["kind"] != "schedule":
        return
    wrong = check_cron(trigger.get("cron", ""))
    if wrong is not None:
        yield FlowProblem(f"/triggers/{id_}/cron", f"cron of {id_}: {wrong}")
    zone = trigger.get("timezone", "UTC")
    if not _is_zone(zone):
        yield FlowProblem(
            f"/triggers/{id_}/timezone",
            f"time zone of {id_}: {zone} is not known: write one such as Europe/Berlin",
        )


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no path inside the database, a folder of it
        return False
    return True
