"""Workflows that wait for alarms: what a batch of alarm changes ends of their waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import GarlandError
from runtime.alarms.documents import alarm_document
from runtime.alarms.lifecycle import Transition
from runtime.alarms.store import Change, find_alarm
from runtime.rules.conditions import build, reads_of
from runtime.rules.reference import holds, row_of
from runtime.runs.waits import alarm_waits, resolve_events, resolve_wait, waits_for_alarms

log = structlog.get_logger(__name__)

_RAISED = (Transition.CREATED, Transition.REOPENED, Transition.CHANGED)


def end_waits(
    session: Session, tenant_id: UUID, changes: Sequence[Change], *, now: datetime
) -> None:
    """End the waits that these changes are waited for; in the transaction that makes them."""
    kinds = waits_for_alarms(session, tenant_id)
    if "alarm-cleared" in kinds:
        for change in changes:
            if change.transition is Transition.CLEARED:
                event = _event(alarm_document(change.alarm), now)
                key = str(change.alarm.id)
                resolve_events(session, tenant_id, "alarm-cleared", key, event, now=now)
    if "alarm" in kinds:
        raised = [
            alarm_document(one.alarm)
            for one in changes
            if one.transition in _RAISED and not one.alarm.is_shelved
        ]
        _end_matching(session, tenant_id, raised, now=now)


def end_waits_of_cleared(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, now: datetime
) -> None:
    """End the waits for the clearing of an alarm that a person cleared, unless it is back."""
    found = find_alarm(session, tenant_id, alarm_id)
    if found is None or found.cleared_at is not None:
        event = {"alarm": alarm_document(found) if found else None, "at": format_instant(now)}
        resolve_events(session, tenant_id, "alarm-cleared", str(alarm_id), event, now=now)


def _end_matching(
    session: Session, tenant_id: UUID, raised: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    for wait in alarm_waits(session, tenant_id) if raised else ():
        try:
            node = build(wait.match)
        except GarlandError as error:
            log.warning("wait_unreadable", wait_id=str(wait.id), reason=error.message)
            continue
        reads = reads_of(node)
        for facts in raised:
            if holds(node, row_of(facts, reads)):
                resolve_wait(session, tenant_id, wait.id, _event(facts, now), now=now)
                break


def _event(alarm: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {"alarm": dict(alarm), "at": format_instant(now)}
