"""Schedules on the designer's pages: the next starts of one being set up, and the live ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from designer.workflows.inspector import is_sound_schedule
from runtime.flows.problems import Known
from runtime.flows.versions import FlowView, get_version
from runtime.schedules.shown import Ahead, ShownSchedule, firings_ahead, shown_schedules


def starts_ahead(
    session: Session, tenant_id: UUID, node: Mapping[str, Any], known: Known, *, now: datetime
) -> Ahead | None:
    """Give the next starts of a schedule that could be published; None for anything else."""
    if node.get("kind") != "schedule" or not is_sound_schedule(node, known):
        return None
    return firings_ahead(session, tenant_id, node, now=now)


def live_schedules(
    session: Session, tenant_id: UUID, flow: FlowView, *, now: datetime
) -> list[ShownSchedule]:
    """List the schedules of a workflow's live version."""
    if flow.live_version_id is None:
        return []
    live = get_version(session, tenant_id, flow.live_version_id).document
    return shown_schedules(session, tenant_id, flow.id, live, paused=flow.paused, now=now)
