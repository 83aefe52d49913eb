"""The row that is acted on, locked, and the line that an action leaves in its history."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import InvalidError, NotFoundError, Problem
from runtime.alarms._storable import storage_problems
from runtime.alarms._tables import AlarmHistory, AlarmRow, line_row
from runtime.alarms.deeds import ALONE, SAID, STATE, Deed, Kin, Step, do
from runtime.alarms.documents import view_of
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy
from runtime.alarms.tmf642.hub.outbox import record
from runtime.wake import tell_pages_after_commit
from tenancy.rows import get_owned, insert_many


def locked(session: Session, tenant_id: UUID, alarm_id: UUID) -> AlarmRow:
    """Give an alarm's row, locked until the transaction ends; raises NotFoundError."""
    return get_owned(session, AlarmRow, tenant_id, alarm_id, name="alarm", lock=True)


def all_locked(
    session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]
) -> dict[UUID, AlarmRow]:
    """Give the rows of several alarms by id, locked in one order so that no two wait in a ring.

    Raises:
        NotFoundError: naming one that is not there.
    """
    found = session.scalars(
        select(AlarmRow)
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(alarm_ids))
        .order_by(AlarmRow.id)
        .with_for_update()
    )
    rows = {row.id: row for row in found}
    for alarm_id in alarm_ids:
        if alarm_id not in rows:
            raise NotFoundError("no such alarm", id=str(alarm_id))
    return rows


def hold(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> None:
    """Lock those of several alarms that are there, in the order in which everybody locks them."""
    session.execute(
        select(AlarmRow.id)
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(alarm_ids))
        .order_by(AlarmRow.id)
        .with_for_update()
    )


def act(
    session: Session,
    row: AlarmRow,
    deed: Deed,
    *,
    policy: LifecyclePolicy = DEFAULT,
    kin: Kin = ALONE,
) -> bool:
    """Do a deed to a locked row, with the line that it leaves; tell whether it changed it.

    Raises:
        InvalidError: the deed cannot be done to this alarm, or not so.
    """
    step = do(state_of(row), deed, policy=policy, kin=kin)
    take(session, row, step)
    return bool(step.lines)


def state_of(row: AlarmRow) -> dict[str, Any]:
    """Give what a deed reads of a row."""
    return {name: getattr(row, name) for name in (*STATE, *SAID)}


def take(session: Session, row: AlarmRow, step: Step) -> None:
    """Write what a deed came to, and let pages and listeners know."""
    for name, value in step.values.items():
        setattr(row, name, value)
    for line in step.lines:
        _remember(session, row, line)


def _remember(session: Session, row: AlarmRow, line: Deed) -> None:
    session.flush()
    entry = line_row(row.tenant_id, row.id, line)
    insert_many(session, AlarmHistory, [entry])
    record(session, row.tenant_id, [entry], [view_of(row)])
    tell_pages_after_commit(
        session, row.tenant_id, "alarms", {"id": str(row.id), "at": format_instant(line.at)}
    )


def said_text(name: str, text: str, *, most: int) -> str:
    """Read what somebody has to write, without the spaces around it.

    Raises:
        InvalidError: it is empty, longer than `most`, or holds what no database keeps.
    """
    said = text.strip()
    if not 1 <= len(said) <= most:
        message = f"{name}: write 1 to {most:,} characters"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    problems = storage_problems({name: said})
    if problems:
        raise InvalidError(problems[0].message, problems=problems)
    return said
