"""Purging alarms by a filter: what would go, and letting it go a bite at a time.

An alarm with an open ticket stays: somebody works on it, though it is cleared.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.console.tickets import has_open_ticket
from runtime.alarms.documents import AlarmView
from runtime.alarms.lifecycle import AckState
from runtime.alarms.store import find_alarms
from runtime.retention.alarms import remove_those
from runtime.retention.purging.wish import CLOSED, Wish
from tenancy.audit.trail import note

log = structlog.get_logger(__name__)

COUNT_MAX = 100_000
SHOWN = 5
ONCE_MAX = 1_000
BUDGET_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a purge would do: how many go or stay for their ticket, and the first that go."""

    count: int
    open_tickets: int
    first: Sequence[AlarmView]


def preview(session: Session, tenant_id: UUID, wish: Wish, *, now: datetime) -> Preview:
    """Look at what a purge would do; numbers are no greater than `COUNT_MAX`."""
    ids = session.scalars(
        select(AlarmRow.id)
        .where(AlarmRow.tenant_id == tenant_id, _meant(wish, now=now))
        .order_by(AlarmRow.cleared_at, AlarmRow.id)
        .limit(SHOWN)
    ).all()
    found = find_alarms(session, tenant_id, ids)
    return Preview(
        count=_count(session, tenant_id, _meant(wish, now=now)),
        open_tickets=_count(session, tenant_id, _spared(wish, now=now)),
        first=[found[one] for one in ids],
    )


def purge(
    session: Session,
    tenant_id: UUID,
    wish: Wish,
    *,
    by: str,
    now: datetime,
    most: int = ONCE_MAX,
) -> int:
    """Delete alarms with their history, the oldest first; give how many went.

    Fewer than `most` may go where histories are long: call again while `preview` counts some.
    """
    gone, ends = 0, time.monotonic() + BUDGET_S
    while gone < most and time.monotonic() < ends:
        bite = remove_those(
            session, tenant_id, _meant(wish, now=now), by=by, now=now, most=most - gone
        )
        gone += bite.alarms
        if not bite.rows:
            break
    log.info("alarms_purged", tenant_id=str(tenant_id), by=by, alarms=gone)
    if gone:
        note(session, tenant_id, "alarms.purged", now=now, facts={"alarms": gone, **wish.facts()})
    return gone


def is_left(session: Session, tenant_id: UUID, wish: Wish, *, now: datetime) -> bool:
    """Tell whether some alarm would still go."""
    return _count(session, tenant_id, _meant(wish, now=now), most=1) > 0


def _count(
    session: Session, tenant_id: UUID, which: ColumnElement[bool], *, most: int = COUNT_MAX
) -> int:
    wanted = select(AlarmRow.id).where(AlarmRow.tenant_id == tenant_id, which).limit(most)
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def _meant(wish: Wish, *, now: datetime) -> ColumnElement[bool]:
    return and_(_fits(wish, now=now), not_(has_open_ticket()))


def _spared(wish: Wish, *, now: datetime) -> ColumnElement[bool]:
    return and_(_fits(wish, now=now), has_open_ticket())


def _fits(wish: Wish, *, now: datetime) -> ColumnElement[bool]:
    found = [AlarmRow.cleared_at <= wish.cleared_before(now)]  # it is null while an alarm stands
    if wish.status == CLOSED or wish.state == "acknowledged":
        found.append(AlarmRow.ack_state == AckState.ACKNOWLEDGED)
    elif wish.state == "unacknowledged":
        found.append(AlarmRow.ack_state == AckState.UNACKNOWLEDGED)
    if wish.state == "shelved":
        found.append(AlarmRow.shelved_until.is_not(None))
    if wish.severities is not None:
        found.append(AlarmRow.previous_severity.in_(wish.severities))
    if wish.by:
        who = AlarmRow.shelved_by if wish.state == "shelved" else AlarmRow.acked_by
        found.append(who == wish.by)
    return and_(*found)
