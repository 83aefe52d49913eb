"""What the clock does to alarms: shelves end, alarms expire, alarms that nobody took on escalate.

What is due when stands in the alarms' rows, so nothing is forgotten while no scheduler runs. An
expiry is a notice in the journal: the correlator clears the alarm in the order of events, unless it
was raised again meanwhile, and rules see it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import act
from runtime.alarms._tables import AlarmRow
from runtime.alarms.deeds import Deed
from runtime.alarms.journal import ESCALATED, EXPIRED, note
from runtime.alarms.policy.store import policy_of
from runtime.standing import of_those_at_work
from tenancy.scope import as_tenant

BITE = 200
BY = "the clock"


def has_due(session: Session, *, now: datetime) -> bool:
    """Tell whether the clock has to do with an alarm; call it in system scope."""
    of_whom = of_those_at_work(session, AlarmRow.tenant_id)
    return any(
        session.scalar(select(AlarmRow.id).where(due, of_whom).limit(1)) is not None
        for due in (_shelf_ended(now), _expired(now), _escalates(now))
    )


def do_due(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Do one bite of what is due to the alarms of all tenants; give how many it was.

    Call it in system scope, and commit soon after.
    """
    deeds: tuple[tuple[ColumnElement[bool], Callable[[Session, AlarmRow], None]], ...] = (
        (_shelf_ended(now), partial(_unshelve, now=now)),
        (_expired(now), partial(_expire, now=now)),
        (_escalates(now), partial(_escalate, now=now)),
    )
    done = 0
    for due, deed in deeds:
        for tenant_id, row in _rows(session, due, most - done):
            with as_tenant(session, tenant_id):
                deed(session, row)
                session.flush()
            done += 1
    return done


def _rows(session: Session, due: ColumnElement[bool], most: int) -> list[tuple[UUID, AlarmRow]]:
    if most <= 0:
        return []
    found = session.scalars(
        select(AlarmRow)
        .where(due, of_those_at_work(session, AlarmRow.tenant_id))
        .order_by(AlarmRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [(row.tenant_id, row) for row in found]


def _shelf_ended(now: datetime) -> ColumnElement[bool]:
    return AlarmRow.shelved_until <= now


def _expired(now: datetime) -> ColumnElement[bool]:
    return AlarmRow.expires_at <= now


def _escalates(now: datetime) -> ColumnElement[bool]:
    """What is put aside or suppressed escalates once it is back."""
    return and_(
        AlarmRow.escalate_at <= now,
        AlarmRow.shelved_until.is_(None),
        AlarmRow.suppressed_at.is_(None),
    )


def _unshelve(session: Session, row: AlarmRow, *, now: datetime) -> None:
    act(session, row, Deed(kind="unshelved", by=BY, at=now))


def _expire(session: Session, row: AlarmRow, *, now: datetime) -> None:
    row.expires_at = None
    note(session, row.tenant_id, EXPIRED, [row.id], now=now)


def _escalate(session: Session, row: AlarmRow, *, now: datetime) -> None:
    policy = policy_of(session, row.tenant_id)
    if not act(session, row, Deed(kind="escalated", by=BY, at=now), policy=policy):
        row.escalate_at = None  # somebody has it, or it is over
        return
    note(session, row.tenant_id, ESCALATED, [row.id], now=now)
