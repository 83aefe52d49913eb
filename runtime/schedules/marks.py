"""Marks: how far each schedule of a tenant's live workflows was dealt with.

A mark is made when a workflow is published. Publishing it again leaves the marks of schedules
whose times are the same; one whose times changed begins anew, and one that is gone is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.schedules._tables import PROBLEM_MAX, ScheduleMark
from runtime.schedules.model import digest_of_times
from tenancy.rows import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a schedule was dealt with.

    Attributes:
        digest: Of the schedule's times, see `model.digest_of_times`.
        until: All it should have fired until then is dealt with.
        fired_at: The last instant it fired for; None when it never did.
        problem: Why its last firing started nothing; "" when it did.
    """

    tenant_id: UUID
    flow_id: UUID
    trigger_id: str
    digest: str
    until: datetime
    fired_at: datetime | None
    problem: str


def place_marks(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    triggers: Mapping[str, Mapping[str, Any]],
    *,
    now: datetime,
) -> None:
    """Make the marks of a workflow fit what was just published."""
    wanted = {
        id_: digest_of_times(trigger)
        for id_, trigger in triggers.items()
        if trigger["kind"] == "schedule"
    }
    rows = session.scalars(
        select(ScheduleMark).where(
            ScheduleMark.tenant_id == tenant_id, ScheduleMark.flow_id == flow_id
        )
    ).all()
    for row in rows:
        digest = wanted.pop(row.trigger_id, None)
        if digest is None:
            session.delete(row)
        elif digest != row.digest:
            row.digest, row.until, row.fired_at, row.problem = digest, now, None, ""
    for trigger_id, digest in wanted.items():
        begin_mark(session, tenant_id, flow_id, trigger_id, digest, now=now)
    session.flush()


def begin_mark(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    trigger_id: str,
    digest: str,
    *,
    now: datetime,
) -> None:
    """Make a schedule's mark, unless it has one: what comes after `now` is dealt with from here."""
    row = {
        "id": new_id(),
        "tenant_id": tenant_id,
        "flow_id": flow_id,
        "trigger_id": trigger_id,
        "digest": digest,
        "until": now,
        "problem": "",
    }
    insert_new(session, ScheduleMark, row, keys=("flow_id", "trigger_id"))


def restart_mark(session: Session, mark: Mark, digest: str, *, now: datetime) -> None:
    """Let a mark stand for other times from `now` on, unless it has changed meanwhile."""
    session.execute(
        update(ScheduleMark)
        .where(*_same(mark), ScheduleMark.digest == mark.digest)
        .values(digest=digest, until=now, fired_at=None, problem="")
        .execution_options(synchronize_session=False)
    )


def all_marks(session: Session) -> list[Mark]:
    """List the marks of everybody in reach; call it in system scope."""
    rows = session.execute(
        select(
            ScheduleMark.tenant_id,
            ScheduleMark.flow_id,
            ScheduleMark.trigger_id,
            ScheduleMark.digest,
            ScheduleMark.until,
            ScheduleMark.fired_at,
            ScheduleMark.problem,
        )
    )
    return [Mark(**row) for row in rows.mappings()]


def marks_of_flow(session: Session, tenant_id: UUID, flow_id: UUID) -> dict[str, Mark]:
    """Give the marks of a workflow's schedules by trigger."""
    rows = session.scalars(
        select(ScheduleMark).where(
            ScheduleMark.tenant_id == tenant_id, ScheduleMark.flow_id == flow_id
        )
    )
    return {row.trigger_id: _mark_of(row) for row in rows}


def move_mark(
    session: Session, mark: Mark, until: datetime, *, fired_at: datetime | None = None
) -> bool:
    """Move a mark on; False when another process did, or the schedule changed meanwhile."""
    values: dict[str, Any] = {"until": until, "problem": ""}
    if fired_at is not None:
        values["fired_at"] = fired_at
    moved = session.execute(
        update(ScheduleMark)
        .where(*_same(mark), ScheduleMark.until == mark.until, ScheduleMark.digest == mark.digest)
        .values(**values)
        .returning(ScheduleMark.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def note_problem(session: Session, mark: Mark, problem: str) -> None:
    """Keep why a firing started nothing, for the workflow's page."""
    session.execute(
        update(ScheduleMark)
        .where(*_same(mark))
        .values(problem=problem[:PROBLEM_MAX])
        .execution_options(synchronize_session=False)
    )


def _same(mark: Mark) -> tuple[Any, ...]:
    return (
        ScheduleMark.tenant_id == mark.tenant_id,
        ScheduleMark.flow_id == mark.flow_id,
        ScheduleMark.trigger_id == mark.trigger_id,
    )


def _mark_of(row: ScheduleMark) -> Mark:
    return Mark(
        tenant_id=row.tenant_id,
        flow_id=row.flow_id,
        trigger_id=row.trigger_id,
        digest=row.digest,
        until=row.until,
        fired_at=row.fired_at,
        problem=row.problem,
    )
