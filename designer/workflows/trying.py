"""Trying a draft out: on which alarm, and how far the trial is, as the canvas shows it.

Pure but for `recent_alarms`. A trial is an ordinary run of the draft's snapshot; blocks that write
are simulated unless the person allows effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.workflows.samples import SAMPLE_ALARM, SAMPLE_ALARMS
from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.zones import find_zone, local_time
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.runs.query import RunView, StepView
from runtime.runs.start import Start
from runtime.runs.values import manifest_of, safe_value
from runtime.schedules.model import facts_of

OFFERED = 8
_STATES = {"queued": "ready", "succeeded": "done", "cancelled": "dead"}
"""The canvas's words, which are the interpreter's, where an attempt has another."""


def recent_alarms(session: Session, tenant_id: UUID) -> list[dict[str, Any]]:
    """List the alarms a trial can be made with: the latest real ones, then made-up ones."""
    found = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=OFFERED)
    return [*(alarm_document(alarm) for alarm in found), SAMPLE_ALARM, *SAMPLE_ALARMS]


def trial_start(document: Mapping[str, Any], alarm: Any, *, by: str, now: datetime) -> Start:
    """Say what starts a trial: the workflow's first trigger, with the alarm, or that as a body.

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
    first = next(iter(triggers), None)
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


def progress_document(
    run: RunView, steps: Iterable[StepView], registry: Registry
) -> dict[str, Any]:
    """Write how far a run is: its state, and the last attempt of each step that was begun.

    Secrets are masked.
    """
    return {
        "state": run.state.value,
        "is_over": run.state.is_over,
        "error": dict(run.error) if run.error else None,
        "steps": {step.step: _step_document(step, registry) for step in steps},
    }


def _step_document(step: StepView, registry: Registry) -> dict[str, Any]:
    manifest = manifest_of(step, registry)
    return {
        "status": _STATES.get(step.state.value, step.state.value),
        "port": step.port,
        "attempt": step.attempt,
        "duration_ms": step.duration_ms,
        "input": safe_value(step, "input", manifest),
        "output": safe_value(step, "output", manifest),
        "error": dict(step.error) if step.error else None,
    }
