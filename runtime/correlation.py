"""The correlator's batch: from the journal to alarms, rules and runs, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

import structlog
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from kernel.db import after_commit
from runtime.alarm_waits import end_waits, end_waits_of_cleared
from runtime.alarms.console.trends import count_changes
from runtime.alarms.journal import ALARM, CLEARED, LIVED, JournalRow, mark_done, take
from runtime.alarms.store import apply_batch, changes_noted
from runtime.enriching.events import fill_in
from runtime.metrics import BATCH_ROWS, BATCH_SECONDS, EVENT_SECONDS, seconds_between
from runtime.quieting.quieten import quieten, released
from runtime.rules.engine import judge
from runtime.rules.matcher import Matcher
from runtime.rules.timers import note_due
from runtime.surroundings.facts import Surroundings
from runtime.use.recording import EVENTS, record_use
from runtime.wake import tell_pages_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BATCH = 500


def correlate_batch(
    session: Session, *, matcher: Matcher, now: datetime, limit: int = BATCH
) -> int:
    """Take undone events of all tenants in order and carry out what they lead to.

    The caller commits: alarms, firings, runs and the journal's done-mark become true together,
    or not at all.

    Returns:
        How many events were taken, or written for what was due.
    """
    began = time.monotonic()
    with system(session):
        rows = take(session, limit)
        is_last = len(rows) < limit
    if rows:
        oldest_s = seconds_between(min(row.received_at for row in rows), now)
        after_commit(session, lambda: _count(len(rows), oldest_s, began))
    ordered = sorted(rows, key=lambda row: (str(row.tenant_id), row.seq))
    for tenant_id, mine in groupby(ordered, key=lambda row: row.tenant_id):
        with as_tenant(session, tenant_id), bound_contextvars(tenant_id=str(tenant_id)):
            _correlate(session, tenant_id, list(mine), matcher=matcher, now=now)
    if is_last:
        with system(session):
            return len(rows) + note_due(session, now=now)
    return len(rows)


def _count(events: int, oldest_s: float, began: float) -> None:
    BATCH_ROWS.labels("events").observe(events)
    BATCH_SECONDS.labels("events").observe(time.monotonic() - began)
    EVENT_SECONDS.observe(oldest_s)


def _correlate(
    session: Session,
    tenant_id: UUID,
    rows: Sequence[JournalRow],
    *,
    matcher: Matcher,
    now: datetime,
) -> None:
    rows = fill_in(session, tenant_id, rows)
    events = [row for row in rows if row.kind in LIVED]
    changes = apply_batch(session, tenant_id, events, now=now)
    noted = changes_noted(session, tenant_id, rows)
    changes = sorted([*changes, *noted], key=lambda one: one.seq) if noted else changes
    by_hand = sum(row.kind == CLEARED for row in rows)
    taken = sum(row.kind == ALARM for row in rows)
    count_changes(session, tenant_id, changes, events=taken, by_hand=by_hand, now=now)
    if taken:
        first = next(row.seq for row in rows if row.kind == ALARM)
        record_use(session, tenant_id, EVENTS, str(first), taken, now=now)
    judged = quieten(session, tenant_id, changes, now=now)
    judged += released(session, tenant_id, rows)
    fired = judge(
        session,
        tenant_id,
        judged,
        matcher=matcher,
        now=now,
        notices=[row for row in rows if row.kind != ALARM],
        around=Surroundings(session, tenant_id, changes).of_changes,
    )
    if changes:
        end_waits(session, tenant_id, changes, now=now)
    for row in rows:
        if row.kind == CLEARED:
            end_waits_of_cleared(session, tenant_id, UUID(row.event["alarm_id"]), now=now)
    mark_done(session, [row.seq for row in rows], now=now)
    if changes:
        tell_pages_after_commit(session, tenant_id, "alarms", {"changed": len(changes)})
    log.debug("batch_correlated", events=len(rows), fired=fired)
