"""Trying a draft out: on which alarm.

Pure but for `recent_alarms`. A trial is an ordinary run of the draft's snapshot; blocks that write
are simulated unless the person allows effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from designer.workflows.samples import SAMPLE_ALARM, SAMPLE_ALARMS
from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.zones import find_zone, local_time
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.runs.start import Start
from runtime.schedules.model import facts_of

OFFERED = 8


def recent_alarms(session: Session, tenant_id: UUID) -> list[dict[str, Any]]:
    """List the alarms a trial can be made with: the latest real ones, then made-up ones."""
    found = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=OFFERED)
    return [*(alarm_document(alarm) for alarm in found), SAMPLE_ALARM, *SAMPLE_ALARMS]


def trial_start(
    document: Mapping[str, Any], alarm: Any, *, by: str, now: datetime, trigger_id: str = ""
) -> Start:
    """Say what starts a trial: a trigger, the first unless said, with the alarm, or that as a body.

    A schedule starts it as if it were due now.

    Raises:
        InvalidError: the alarm is no object.
    """
    if not isinstance(alarm, dict):
        raise InvalidError(
            "the sample alarm is no object",
            problems=[Problem("/alarm", "alarm must be a JSON object such as an alarm's document")],
        )
    triggers: Mapping[str, Mapping[str, Any]] = document["triggers"]
    first = trigger_id if trigger_id in triggers else next(iter(triggers), None)
    return Start(
        trigger=_came(triggers.get(first or "", {"kind": "rule"}), alarm, now),
        trigger_id=first,
        subject=str(alarm.get("managed_object", "")),
        started_by=by,
    )


def _came(trigger: Mapping[str, Any], alarm: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Give what expressions see as `trigger` in a trial."""
    kind = trigger["kind"]
    if kind == "webhook":
        sent = {"body": alarm, "headers": {}, "query": {}, "received_at": format_instant(now)}
        return {"kind": kind, **sent}
    facts = {"kind": kind, "alarm": alarm}
    if kind == "schedule":
        zone = find_zone(trigger.get("timezone", "UTC")) or ZoneInfo("UTC")
        facts |= facts_of(now, local_time(now, zone))
    return facts
