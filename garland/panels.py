"""What other packages add to the page of an alarm, and of a resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.store import AlarmFilter, get_alarm, list_alarms
from runtime.rules.explain import sentences
from runtime.rules.firings import firings_of_alarm
from runtime.runs.query import RunFilter, list_runs
from runtime.services.concerned import services_of_alarm
from runtime.services.words import STATES

ALARMS_SHOWN = 20

Panel = Callable[[Session, UUID, UUID], tuple[str, dict[str, Any]]]
ResourcePanel = Callable[[Session, UUID, str], tuple[str, dict[str, Any]]]


def alarm_panels() -> list[Panel]:
    """List the panels in the order they are shown."""
    return [_services, _firings, _runs]


def resource_panels() -> list[ResourcePanel]:
    """List the panels of a resource, which get its key."""
    return [_alarms_on]


def _services(session: Session, tenant_id: UUID, alarm_id: UUID) -> tuple[str, dict[str, Any]]:
    """Which services the alarm affects, and how they do."""
    alarm = get_alarm(session, tenant_id, alarm_id)
    named = alarm.affected_services
    found = services_of_alarm(session, tenant_id, alarm_id, named=named)
    known = {one.service.key for one in found}
    facts = {"services": found, "states": STATES, "name": alarm.managed_object}
    others = [key for key in named if key not in known]
    return "runtime/services/_of_alarm.html", {**facts, "others": others}


def _firings(session: Session, tenant_id: UUID, alarm_id: UUID) -> tuple[str, dict[str, Any]]:
    """Why rules fired for the alarm."""
    found = firings_of_alarm(session, tenant_id, alarm_id)
    firings = [{"firing": one, "why": sentences(one.why)} for one in found]
    return "runtime/rules/_firings.html", {"firings": firings, "alarm_id": alarm_id}


def _runs(session: Session, tenant_id: UUID, alarm_id: UUID) -> tuple[str, dict[str, Any]]:
    """Which runs the alarm started."""
    wanted = RunFilter(alarm_id=alarm_id, with_trials=True)
    return "runtime/runs/_of_alarm.html", {"runs": list_runs(session, tenant_id, wanted)}


def _alarms_on(session: Session, tenant_id: UUID, key: str) -> tuple[str, dict[str, Any]]:
    """Which alarms stand on the resource, the worst first."""
    wanted = AlarmFilter(managed_object=key)
    found = list_alarms(session, tenant_id, wanted, sort="-severity", limit=ALARMS_SHOWN)
    return "runtime/inventory/_alarms.html", {"key": key, "alarms": found}
