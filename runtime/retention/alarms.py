"""Removing cleared alarms that their tenant no longer keeps, with their history.

One that was acknowledged goes first, any other when it is old. Children of a parent that goes are
taken out, and so is a child that goes. The condition stays: it is one row for an identity, however
often it is raised; and so does what they did to services.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory, AlarmRow, ConditionRow, history_row
from runtime.alarms.policy.keeping import is_old
from runtime.alarms.policy.model import LifecyclePolicy
from runtime.alarms.store import CHILDREN_MAX, find_alarms, ungroup
from runtime.alarms.tmf642.hub.outbox import record
from runtime.services.leaving import leave_as_recorded

BITE = 200
BY = "retention"
LINES_A_BITE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bite:
    """What went at once: alarms, or first a part of a long history, or of a large group."""

    alarms: int = 0
    lines: int = 0
    parted: int = 0

    @property
    def rows(self) -> int:
        """Give how many rows were touched; 0 when nothing is left."""
        return self.alarms or self.lines or self.parted


def remove_alarms(
    session: Session,
    tenant_id: UUID,
    policy: LifecyclePolicy,
    *,
    now: datetime,
    most: int = BITE,
) -> int:
    """Remove one bite of a tenant's old cleared alarms; give how many rows went.

    The session is bound to the tenant, and the transaction should end soon after. An alarm with a
    long history loses a part of it first, so that no bite is large.
    """
    which = is_old(policy, now=now)
    return remove_those(session, tenant_id, which, by=BY, now=now, most=most).rows


def remove_those(
    session: Session,
    tenant_id: UUID,
    which: ColumnElement[bool],
    *,
    by: str,
    now: datetime,
    most: int = BITE,
) -> Bite:
    """Remove one bite of the alarms that a condition names, the longest cleared first."""
    alarm_ids = _next(session, tenant_id, which, most=most)
    if not alarm_ids:
        return Bite()
    leave_as_recorded(session, tenant_id, alarm_ids)
    lines = session.scalars(
        select(AlarmHistory.seq)
        .where(AlarmHistory.tenant_id == tenant_id, AlarmHistory.alarm_id.in_(alarm_ids))
        .limit(LINES_A_BITE)
    ).all()
    quietly = {"synchronize_session": False}
    session.execute(
        delete(AlarmHistory)
        .where(AlarmHistory.tenant_id == tenant_id, AlarmHistory.seq.in_(lines))
        .execution_options(**quietly)
    )
    if len(lines) == LINES_A_BITE:
        return Bite(lines=len(lines))
    parted = _part(session, tenant_id, alarm_ids, by=by, now=now)
    if parted == CHILDREN_MAX:
        return Bite(parted=parted)
    _tell(session, tenant_id, alarm_ids, by=by, now=now)
    mine = AlarmRow.tenant_id == tenant_id
    session.execute(
        update(AlarmRow)
        .where(mine, AlarmRow.previous_id.in_(alarm_ids))
        .values(previous_id=None)
        .execution_options(**quietly)
    )
    session.execute(
        update(ConditionRow)
        .where(ConditionRow.tenant_id == tenant_id, ConditionRow.current_alarm_id.in_(alarm_ids))
        .values(current_alarm_id=None)
        .execution_options(**quietly)
    )
    session.execute(
        delete(AlarmRow).where(mine, AlarmRow.id.in_(alarm_ids)).execution_options(**quietly)
    )
    return Bite(alarms=len(alarm_ids))


def _part(
    session: Session, tenant_id: UUID, alarm_ids: Sequence[UUID], *, by: str, now: datetime
) -> int:
    """Take those that go and those that stay out of common groups, with a line for who stays.

    At most `CHILDREN_MAX` at once; gives how many.
    """
    goes, leads = AlarmRow.id.in_(alarm_ids), AlarmRow.parent_id.in_(alarm_ids)
    parted = session.scalars(
        select(AlarmRow.id)
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.parent_id.is_not(None), goes != leads)
        .order_by(AlarmRow.id)
        .limit(CHILDREN_MAX)
    ).all()
    if parted:
        ungroup(session, tenant_id, parted, by=by, now=now)
    return len(parted)


def _tell(
    session: Session, tenant_id: UUID, alarm_ids: Sequence[UUID], *, by: str, now: datetime
) -> None:
    """Let listeners over TMF642 know that alarms are gone."""
    views = list(find_alarms(session, tenant_id, alarm_ids).values())
    lines = [
        history_row(tenant_id, one.id, at=now, kind="deleted", by=by, facts={}) for one in views
    ]
    record(session, tenant_id, lines, views)


def _next(
    session: Session, tenant_id: UUID, which: ColumnElement[bool], *, most: int
) -> Sequence[UUID]:
    return session.scalars(
        select(AlarmRow.id)
        .where(AlarmRow.tenant_id == tenant_id, which)
        .order_by(AlarmRow.cleared_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
