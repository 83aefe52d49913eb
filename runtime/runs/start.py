"""Starting runs: by a rule, by hand, by a schedule, or as a trial of a draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.db import after_commit
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import new_id, sha256_of
from kernel.json_text import why_not_kept
from kernel.schema import Schema
from kernel.trace import keep_in
from runtime.expressions.evaluating import evaluate_template
from runtime.flows.lookup import Runnable, lock_flow, runnable, startable
from runtime.flows.model import Flow
from runtime.flows.versions import snapshot_draft
from runtime.limits.book import limits_of
from runtime.metrics import RUNS_STARTED
from runtime.runs._tables import SUBJECT_MAX, Run, RunState
from runtime.runs.admission import admit
from runtime.runs.blobs import note_use, references_in, size_of
from runtime.runs.crowding import has_to_park, refuse_if_too_many_wait
from runtime.runs.not_started import NotStartedError, refuse_held, refuse_start
from runtime.use.quotas import refuse_over
from runtime.use.recording import RUNS, record_use
from runtime.wake import tell_pages_after_commit, wake_after_commit
from tenancy.rows import insert_new

log = structlog.get_logger(__name__)

KEY_MAX = 200
_ALSO = {"flow": ("flow", "manual")}  # one workflow may call another that people start by hand


class TriggerTooLargeError(InvalidError):
    """What a run is started with is larger than the tenant may start one with."""

    code = "runtime.trigger_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What starts a run.

    Attributes:
        trigger: What expressions see as `trigger`; `kind` is the trigger's kind.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The attempt of a step that a run reports to, and what the run takes from its run."""

    run_id: UUID
    step: str
    attempt: int
    depth: int
    is_trial: bool = False
    allows_effects: bool = True


def start_run(
    session: Session, tenant_id: UUID, flow_id: UUID, start: Start, *, now: datetime
) -> UUID | None:
    """Record a new run of the live version, ready for a worker.

    Returns:
        The run; None when it was started before, or the workflow skips it while others run.

    Raises:
        NotFoundError: no such workflow in this tenant.
        NotStartedError: it is paused, not published, or has no trigger of that kind; or the
            tenant is not at work.
        InvalidError: what it is started with does not fit the workflow's input, or is too large.
        TooManyRunsError: too many runs wait to begin, and somebody is there to be told.
        ExpressionError: the trigger's `dedup` or the concurrency key gives no value.
    """
    if start.dedup_key is not None and _is_started(session, tenant_id, start.dedup_key):
        return None
    found = startable(session, tenant_id, flow_id, hold=True)
    if found.paused:
        raise NotStartedError(f"{found.name} is paused: resume it first", flow_id=str(flow_id))
    if found.version_id is None:
        raise NotStartedError(f"{found.name} is not published: publish it first")
    version = runnable(session, tenant_id, flow_id, found.version_id)
    return record_run(session, tenant_id, version, start, now=now)


def start_trial(  # noqa: PLR0913  what it starts with, and how it goes
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    start: Start,
    *,
    allow_effects: bool,
    now: datetime,
    pins: Mapping[str, Any] | None = None,
) -> UUID:
    """Record a trial run of the draft as it is now.

    Without effects, writing blocks are simulated; those that change alarms alone tell what would
    change. `pins` is a document of `runtime.runs.pins`: what it need not do, how far it goes.

    Raises:
        NotFoundError: no such workflow in this tenant.
        InvalidError: the draft has problems that would stop it.
        HeldError: the tenant is not at work.
    """
    refuse_start(session, tenant_id)
    _check_kept(start)
    snapshot = snapshot_draft(session, tenant_id, flow_id, now=now)
    version = runnable(session, tenant_id, flow_id, snapshot.id)
    row = _row(tenant_id, version, _trigger_of(version, start), start, now=now)
    trial = {
        "is_trial": True,
        "allows_effects": allow_effects,
        "dedup_key": None,
        "pins": pins,
    }
    return _queue(session, {**row, **trial}) or row["id"]


def record_run(  # noqa: PLR0913  which version, started by what, for whom
    session: Session,
    tenant_id: UUID,
    version: Runnable,
    start: Start,
    *,
    now: datetime,
    parent: Parent | None = None,
    parts: Mapping[str, Any] | None = None,
) -> UUID | None:
    """Record a run of a version; None when it was started before or is skipped.

    `parent` is the step that waits for it; `parts` are further columns of its row, such as what
    it is a second run of.

    Raises:
        NotStartedError, InvalidError, TooManyRunsError, ExpressionError: as `start_run`.
    """
    trigger_id = _trigger_of(version, start)
    flow = version.flow
    _check_kept(start)
    _check_input(flow, start)
    start = _with_own_key(version, trigger_id, start)
    if flow.concurrency.policy != "allow" and parent is None:
        lock_flow(session, tenant_id, version.flow_id)  # else a start just made would be replaced
        if start.dedup_key is not None and _is_started(session, tenant_id, start.dedup_key):
            return None
    if parent is None:
        refuse_start(session, tenant_id)
        refuse_held(session, tenant_id, flow, registry_of(session, tenant_id))
        _check_size(start, limits_of(session, tenant_id).trigger_bytes)
    row = {**_row(tenant_id, version, trigger_id, start, now=now), **(parts or {})}
    if parent is not None:
        return _queue(session, {**row, **_nested(parent)})
    refuse_if_too_many_wait(session, tenant_id, start.trigger["kind"])
    refuse_over(session, tenant_id, RUNS, 1, now=now)
    wanted = admit(session, tenant_id, version.flow_id, flow.concurrency, start.trigger, now=now)
    if wanted.is_skipped:
        log.info("run_skipped", flow_id=str(version.flow_id), by=start.started_by)
        return None
    held: dict[str, Any] = {}
    if wanted.is_held:
        held = {"held": True, "due_at": None}
    elif not row.get("is_trial") and has_to_park(session, tenant_id):
        held = {"parked": True, "due_at": None}
    return _queue(session, {**row, "concurrency_key": wanted.key, **held})


def _is_started(session: Session, tenant_id: UUID, dedup_key: str) -> bool:
    return session.scalar(_started(), {"tenant": tenant_id, "key": dedup_key}) is not None


@cache  # as with `startable`
def _started() -> Select[UUID]:
    return select(Run.id).where(
        Run.tenant_id == bindparam("tenant"), Run.dedup_key == bindparam("key")
    )


def _trigger_of(version: Runnable, start: Start) -> str:
    triggers = version.flow.triggers
    kinds = _ALSO.get(start.trigger["kind"], (start.trigger["kind"],))
    if start.trigger_id is not None:
        found = triggers.get(start.trigger_id)
        if found is None or found.kind not in kinds:
            raise NotFoundError(f"this workflow has no {kinds[0]} trigger {start.trigger_id!r}")
        return start.trigger_id
    for kind in kinds:
        for trigger_id, trigger in triggers.items():
            if trigger.kind == kind:
                return trigger_id
    if not triggers:
        raise InvalidError(
            "the workflow has no trigger",
            problems=[Problem("/triggers", "triggers: add what starts this workflow")],
        )
    raise NotStartedError(
        f"this workflow is not started by a {kinds[0]} trigger: add one and publish"
    )


def _with_own_key(version: Runnable, trigger_id: str, start: Start) -> Start:
    """Use the key the trigger itself says, where it says one."""
    wanted = version.flow.triggers[trigger_id].dedup
    if not wanted:
        return start
    value = evaluate_template(wanted, {"trigger": start.trigger})
    key = f"dedup:{version.flow_id}:{trigger_id}:{value}"
    return replace(start, dedup_key=key if len(key) <= KEY_MAX else sha256_of(key))


def _nested(parent: Parent) -> dict[str, Any]:
    return {
        "parent_run_id": parent.run_id,
        "parent_step": parent.step,
        "parent_attempt": parent.attempt,
        "depth": parent.depth,
        "is_trial": parent.is_trial,
        "allows_effects": parent.allows_effects,
    }


def _check_input(flow: Flow, start: Start) -> None:
    if flow.input and start.trigger["kind"] in ("manual", "flow"):
        said = start.trigger.get("input", {})
        Schema(flow.input).require(said, "what the workflow is started with does not fit")


def _check_size(start: Start, most: int) -> None:
    size_bytes = size_of(start.trigger)
    if size_bytes > most:
        message = (
            f"what it is started with has {size_bytes:,} bytes, and may have {most:,} "
            "(trigger_bytes): send less, or an address where the rest can be read"
        )
        raise TriggerTooLargeError(message, problems=[Problem("", message)])


def _check_kept(start: Start) -> None:
    wrong = why_not_kept(start.trigger, json.dumps(start.trigger))
    if wrong:
        problem = Problem("/input", f"input: {wrong}: remove it")
        raise InvalidError("what the workflow is started with cannot be kept", problems=[problem])


def _row(
    tenant_id: UUID, version: Runnable, trigger_id: str, start: Start, *, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "flow_id": version.flow_id,
        "version_id": version.id,
        "state": RunState.QUEUED,
        "trigger_id": trigger_id,
        "trigger_kind": start.trigger["kind"],
        "trigger": keep_in(start.trigger),
        "subject": start.subject[:SUBJECT_MAX],
        "dedup_key": start.dedup_key,
        "started_by": start.started_by,
        "started_at": now,
        "due_at": now,
    }


def _queue(session: Session, row: dict[str, Any]) -> UUID | None:
    """Write the run; None when another process started it with the same key meanwhile."""
    wanted = insert_new(session, Run, row, keys=("tenant_id", "dedup_key"))
    if not wanted:
        return None
    run_id: UUID = row["id"]
    note_use(session, row["tenant_id"], run_id, references_in(row.get("pins")))
    if row.get("parent_run_id") is None and not row.get("is_trial"):
        record_use(session, row["tenant_id"], RUNS, str(run_id), 1, now=row["started_at"])
    if not row.get("is_trial"):
        after_commit(session, RUNS_STARTED.labels(row["trigger_kind"]).inc)
    wake_after_commit(session, "runs")
    facts = {"id": str(run_id), "state": "queued"}
    tell_pages_after_commit(session, row["tenant_id"], "runs", facts)
    named = {"tenant_id": str(row["tenant_id"]), "flow_id": str(row["flow_id"])}
    log.info("run_started", run_id=str(run_id), by=row["started_by"], **named)
    return run_id
