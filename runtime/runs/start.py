"""Starting runs: by a rule, by hand, by a schedule, or as a trial of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.flows.versions import FlowVersionView, get_flow, get_version, snapshot_draft
from runtime.runs._tables import SUBJECT_MAX, Run
from runtime.wake import tell_pages_after_commit, wake_after_commit

log = structlog.get_logger(__name__)


class NotStartedError(ConflictError):
    """The workflow cannot run now; the message says what to do."""

    code = "runtime.not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What starts a run.

    Attributes:
        trigger: What expressions see as `trigger`; `kind` is rule, manual or schedule.
        trigger_id: Which trigger of the workflow; None takes the first of that kind.
        subject: What it is about, for search: the alarm's managed object and text.
        dedup_key: A second start with the same key in the same tenant does nothing.
        started_by: Who or what started it, for people.
    """

    trigger: Mapping[str, Any]
    trigger_id: str | None = None
    subject: str = ""
    dedup_key: str | None = None
    started_by: str = ""


def start_run(
    session: Session, tenant_id: UUID, flow_id: UUID, start: Start, *, now: datetime
) -> UUID | None:
    """Record a new run of the live version, ready for a worker; None when it was started before.

    Raises:
        NotFoundError: no such workflow in this tenant.
        NotStartedError: it is paused, not published, or has no trigger of that kind.
    """
    if start.dedup_key is not None and _is_started(session, tenant_id, start.dedup_key):
        return None
    flow = get_flow(session, tenant_id, flow_id)
    if flow.paused:
        raise NotStartedError(f"{flow.name} is paused: resume it first", flow_id=str(flow_id))
    if flow.live_version_id is None:
        raise NotStartedError(f"{flow.name} is not published: publish it first")
    version = get_version(session, tenant_id, flow.live_version_id)
    run = _record(version, _trigger_of(version, start), start, now=now)
    _queue(session, tenant_id, run)
    return run.id


def start_trial(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    start: Start,
    *,
    allow_effects: bool,
    now: datetime,
) -> UUID:
    """Record a trial run of the draft as it is now; without effects, writing blocks are simulated.

    Raises:
        NotFoundError: no such workflow in this tenant.
        InvalidError: the draft has problems that would stop it.
    """
    version = snapshot_draft(session, tenant_id, flow_id, now=now)
    run = _record(version, _trigger_of(version, start), start, now=now)
    run.is_trial = True
    run.allows_effects = allow_effects
    _queue(session, tenant_id, run)
    return run.id


def _is_started(session: Session, tenant_id: UUID, dedup_key: str) -> bool:
    known = select(Run.id).where(Run.tenant_id == tenant_id, Run.dedup_key == dedup_key)
    return session.scalar(known) is not None


def _trigger_of(version: FlowVersionView, start: Start) -> str:
    triggers: Mapping[str, Any] = version.document.get("triggers", {})
    if start.trigger_id is not None:
        if start.trigger_id not in triggers:
            raise NotFoundError(f"this workflow has no trigger {start.trigger_id!r}")
        return start.trigger_id
    kind = start.trigger["kind"]
    for trigger_id, trigger in triggers.items():
        if trigger.get("kind") == kind:
            return str(trigger_id)
    if not triggers:
        raise InvalidError(
            "the workflow has no trigger",
            problems=[Problem("/triggers", "triggers: add what starts this workflow")],
        )
    raise NotStartedError(f"this workflow is not started by a {kind} trigger: add one and publish")


def _record(version: FlowVersionView, trigger_id: str, start: Start, *, now: datetime) -> Run:
    return Run(
        id=new_id(),
        flow_id=version.flow_id,
        version_id=version.id,
        trigger_id=trigger_id,
        trigger_kind=start.trigger["kind"],
        trigger=dict(start.trigger),
        subject=start.subject[:SUBJECT_MAX],
        dedup_key=start.dedup_key,
        started_by=start.started_by,
        started_at=now,
        due_at=now,
    )


def _queue(session: Session, tenant_id: UUID, run: Run) -> None:
    run.tenant_id = tenant_id
    session.add(run)
    session.flush()
    wake_after_commit(session, "runs")
    facts = {"id": str(run.id), "state": "queued"}
    tell_pages_after_commit(session, tenant_id, "runs", facts)
    log.info("run_started", run_id=str(run.id), flow_id=str(run.flow_id), by=run.started_by)
