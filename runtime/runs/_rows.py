"""Runs and attempts in memory while a batch advances them, and how they are written back.

Plain objects and one statement for many rows rather than mapped ones: a batch writes hundreds of
rows, and the mapper's bookkeeping for each cost more than the steps themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kernel.bulk import insert_rows, update_rows
from runtime.runs._tables import Run, RunState, StepRecord, StepState


@dataclass(slots=True, kw_only=True)
class RunRow:
    """What advancing a run reads of its row, and changes."""

    id: UUID
    tenant_id: UUID
    flow_id: UUID
    version_id: UUID
    state: RunState
    trigger_id: str
    trigger_kind: str
    trigger: Mapping[str, Any]
    subject: str
    started_by: str
    is_trial: bool
    allows_effects: bool
    progress: Mapping[str, Any] | None
    output: Any
    error: Mapping[str, Any] | None
    parent_run_id: UUID | None
    parent_step: str | None
    parent_attempt: int | None
    depth: int
    concurrency_key: str
    wish: Mapping[str, Any] | None
    pins: Mapping[str, Any] | None
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None


@dataclass(slots=True, kw_only=True)
class RecordRow:
    """One attempt of a step, new or loaded.

    Attributes:
        withheld: What of the config is shown to nobody; see `StepRecord`.
        is_new: Not in the database yet.
    """

    id: UUID
    tenant_id: UUID
    run_id: UUID
    step: str
    attempt: int
    block: str
    state: StepState
    config: Any
    input: Any
    queued_at: datetime
    withheld: Mapping[str, Any] | None = None
    output: Any = None
    port: str | None = None
    variables: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    logs: Any = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    wait_until: datetime | None = None
    due_at: datetime | None = None
    worker_group: str = ""
    lease_owner: str | None = None
    fence: int = 0
    is_unread: bool = False
    is_new: bool = True


_RUN_COLUMNS = tuple(field.name for field in fields(RunRow))
_RUN_CHANGES = ("state", "progress", "output", "error", "wish", "ended_at", "due_at")
_RECORD_COLUMNS = tuple(field.name for field in fields(RecordRow) if field.name != "is_new")
_RECORD_CHANGES = (
    "state",
    "config",
    "withheld",
    "input",
    "output",
    "port",
    "variables",
    "error",
    "logs",
    "started_at",
    "ended_at",
    "wait_until",
    "due_at",
    "lease_owner",
    "fence",
    "is_unread",
)
_SELECT_RUNS = select(*(getattr(Run, name) for name in _RUN_COLUMNS))
_SELECT_RECORDS = select(*(getattr(StepRecord, name) for name in _RECORD_COLUMNS))
_OPEN = or_(
    StepRecord.is_unread,
    StepRecord.state.in_((StepState.QUEUED, StepState.RUNNING, StepState.WAITING)),
)
_values_of_record = attrgetter(*_RECORD_COLUMNS)
_changes_of_record = attrgetter("id", *_RECORD_CHANGES)
_changes_of_run = attrgetter("id", *_RUN_CHANGES)
_RECORD_KEYS = ("id", *_RECORD_CHANGES)
_RUN_KEYS = ("id", *_RUN_CHANGES)


def lock_runs(session: Session, condition: ColumnElement[bool], *, limit: int) -> list[RunRow]:
    """Load and lock runs, longest due first; those another process holds are left out."""
    found = session.execute(
        _SELECT_RUNS.where(condition)
        .order_by(Run.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [RunRow(**row._mapping) for row in found]  # noqa: SLF001  how a row names its columns


def load_runs(session: Session, run_ids: Collection[UUID]) -> list[RunRow]:
    """Load runs without locking them."""
    found = session.execute(_SELECT_RUNS.where(Run.id.in_(run_ids)))
    return [RunRow(**row._mapping) for row in found]  # noqa: SLF001  as above


def lock_records(
    session: Session, *conditions: ColumnElement[bool], waits: bool = False
) -> list[RecordRow]:
    """Load and lock the attempt that is due for longest.

    One that another transaction holds is left out, or waited for with `waits`.
    """
    found = session.execute(
        _SELECT_RECORDS.where(*conditions)
        .order_by(StepRecord.due_at)
        .limit(1)
        .with_for_update(skip_locked=not waits)
    )
    return [RecordRow(**row._mapping, is_new=False) for row in found]  # noqa: SLF001  as above


def open_records(session: Session, run_ids: Collection[UUID]) -> dict[UUID, list[RecordRow]]:
    """Give by run the attempts under way and those whose result it has not seen."""
    found: dict[UUID, list[RecordRow]] = {}
    if not run_ids:
        return found
    wanted = _SELECT_RECORDS.where(StepRecord.run_id.in_(run_ids), _OPEN)
    for row in session.execute(wanted.order_by(StepRecord.ended_at, StepRecord.id)):
        record = RecordRow(**row._mapping, is_new=False)  # noqa: SLF001  as above
        found.setdefault(record.run_id, []).append(record)
    return found


def write_records(session: Session, records: Iterable[RecordRow]) -> None:
    """Write new and changed attempts; call it in system scope."""
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for record in records:
        if record.is_new:
            added.append(dict(zip(_RECORD_COLUMNS, _values_of_record(record), strict=True)))
        else:
            changed.append(dict(zip(_RECORD_KEYS, _changes_of_record(record), strict=True)))
    connection = session.connection()
    insert_rows(connection, StepRecord, added)
    update_rows(connection, StepRecord, changed)


def write_runs(session: Session, runs: Iterable[RunRow]) -> None:
    """Write what advancing changed of runs; call it in system scope."""
    changed = [dict(zip(_RUN_KEYS, _changes_of_run(run), strict=True)) for run in runs]
    update_rows(session.connection(), Run, changed)
