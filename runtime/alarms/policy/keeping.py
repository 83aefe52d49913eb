"""Which cleared alarms a policy keeps no longer; `runtime.retention` removes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.console.tickets import has_open_ticket
from runtime.alarms.lifecycle import AckState
from runtime.alarms.policy.model import KEPT_DAYS_MAX, LifecyclePolicy

COUNT_MAX = 100_000


def count_old_alarms(
    session: Session,
    tenant_id: UUID,
    policy: LifecyclePolicy,
    *,
    now: datetime,
    at_most: int = COUNT_MAX,
) -> int:
    """Count the alarms that this policy does not keep; no further than `at_most`."""
    mine = (AlarmRow.tenant_id == tenant_id, is_old(policy, now=now))
    wanted = select(AlarmRow.id).where(*mine).limit(at_most).subquery()
    return session.scalar(select(func.count()).select_from(wanted)) or 0


def is_old(policy: LifecyclePolicy, *, now: datetime) -> ColumnElement[bool]:
    """Give the condition of alarms that are no longer kept: acknowledged ones go first.

    One with an open ticket stays, as long as any is kept: a ticket that nobody ever calls closed
    would otherwise keep its alarm for good.
    """
    known = and_(
        AlarmRow.ack_state == AckState.ACKNOWLEDGED,
        AlarmRow.cleared_at < now - timedelta(days=policy.acknowledged_kept_days),
    )
    old = AlarmRow.cleared_at < now - timedelta(days=policy.cleared_kept_days)
    is_over = or_(
        not_(has_open_ticket()), AlarmRow.cleared_at < now - timedelta(days=KEPT_DAYS_MAX)
    )
    return and_(or_(known, old), is_over)
