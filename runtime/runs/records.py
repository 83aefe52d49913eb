"""The record of an attempt and the interpreter's event: each made from the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.json_text import kept_text
from runtime.runs._rows import RecordRow
from runtime.runs._tables import StepState
from runtime.runs.attempt import Attempted
from runtime.runs.blobs import INLINE_MAX_BYTES, StorageFullError, is_reference, stow
from runtime.runs.events import (
    Cancelled,
    Completed,
    Ended,
    Event,
    Failed,
    Opened,
    Reopened,
    Waiting,
)


def stow_result(
    session: Session, tenant_id: UUID, run_id: UUID, done: Attempted, *, now: datetime
) -> Attempted:
    """Keep a large output apart; one that there is no room for fails the step."""
    event = done.event
    if done.is_stowed or not isinstance(event, Completed | Waiting | Ended):
        return done
    if done.size_bytes <= INLINE_MAX_BYTES and not is_reference(event.output):
        return done
    try:
        output = stow(session, tenant_id, event.output, run_id=run_id, now=now)
    except StorageFullError as error:
        told = {"code": error.code, "message": error.message}
        return replace(done, event=Failed(event.step, event.attempt, told), waits_for=None)
    return replace(done, event=replace(event, output=output))


def write_result(record: RecordRow, done: Attempted, *, now: datetime) -> None:
    """Write what an attempt came to into its record."""
    record.due_at = record.withheld = None
    record.started_at = record.started_at or now
    if done.logs:
        record.logs = [
            {"level": line.level, "message": kept_text(line.message)} for line in done.logs
        ]
    event = done.event
    match event:
        case Failed():
            record.state, record.ended_at = StepState.FAILED, now
            record.error = {
                **event.error,
                "retryable": event.is_retryable,
                "retry_after_s": event.retry_after_s,
                "spread": event.spread,
            }
        case Waiting():
            record.state, record.wait_until = StepState.WAITING, event.until
            record.port, record.output = event.port, event.output
        case Opened():
            record.state = StepState.WAITING
        case Completed():
            record.state, record.ended_at = StepState.SUCCEEDED, now
            record.port, record.output = event.port, event.output
            record.variables = dict(event.variables) or None
        case Ended():
            record.state, record.ended_at = StepState.SUCCEEDED, now
            record.port, record.output = "done", event.output


def event_of(record: RecordRow) -> Event:
    """Make the event of a result written elsewhere: by a task, or by whoever ended a wait."""
    if record.state is StepState.FAILED:
        error = dict(record.error or {})
        retryable = bool(error.pop("retryable", False))
        asked_s, spread = error.pop("retry_after_s", None), error.pop("spread", 0.5)
        return Failed(record.step, record.attempt, error, retryable, asked_s, spread)
    if record.state is StepState.WAITING:
        return Waiting(record.step, record.attempt, record.wait_until, record.port, record.output)
    port, variables = record.port or "done", record.variables or {}
    return Completed(record.step, record.attempt, port, record.output, variables)


def wishes_of(wish: Mapping[str, Any] | None, *, is_over: bool) -> list[Event]:
    """Make the events of what people want of a run.

    A failed run that was let go on may be cancelled before a worker sees either, which then finds
    the later wish alone: it goes on first, so that there is something to cancel.
    """
    wanted = {name: one for name, one in (wish or {}).items() if name != "go"}
    events: list[Event] = []
    if "retry" in wanted or (wanted and is_over):
        events.append(Reopened(wanted.get("retry", {})))
    if "cancel" in wanted:
        events.append(Cancelled(wanted["cancel"]))
    return events
