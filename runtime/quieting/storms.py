"""Storm protection on rows: the rate of each scope, its storm, and the one alarm that tells of it.

All of it is written in the correlator's batch, or by the scheduler where nothing comes any more:
after a crash the same events give the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.ids import new_id
from runtime.alarms import storms
from runtime.alarms.holding.holds import STORM, Hold, let_go
from runtime.alarms.journal import append, waits_since
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import parse_event
from runtime.alarms.store import Change
from runtime.alarms.storms import Protection, Rate
from runtime.quieting._tables import SCOPE_KEY_MAX, StormProtection, StormScope
from runtime.wake import wake_after_commit
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

TELL_EVERY = timedelta(seconds=30)
BITE = 200
_RAISED = (Transition.CREATED, Transition.REOPENED)
_WORDS = {storms.TENANT: "All alarms", storms.SOURCE: "Source", storms.SITE: "Site"}


def get_protection(session: Session, tenant_id: UUID) -> Protection | None:
    """Give what a tenant bears; None where it is not protected."""
    document = session.scalar(
        select(StormProtection.document).where(StormProtection.tenant_id == tenant_id)
    )
    return storms.parse_protection(document) if document else None


def save_protection(
    session: Session, tenant_id: UUID, document: Any, *, now: datetime
) -> Protection:
    """Set what a tenant bears; raises InvalidError. Storms of scopes no longer watched end."""
    protection = storms.parse_protection(document)
    row = session.scalar(
        select(StormProtection).where(StormProtection.tenant_id == tenant_id).with_for_update()
    )
    if row is None:
        row = StormProtection(id=new_id(), tenant_id=tenant_id)
        session.add(row)
    row.document = storms.protection_document(protection)
    session.flush()
    for scope in _locked(session, tenant_id):
        if scope.scope not in protection.marks:
            if scope.storm_id is not None:
                _end(session, scope, now=now)
            session.delete(scope)
    session.flush()
    return protection


def present_storms(session: Session, tenant_id: UUID) -> Sequence[Mapping[str, Any]]:
    """List the storms under way, the longest first."""
    rows = session.scalars(
        select(StormScope)
        .where(StormScope.tenant_id == tenant_id, StormScope.storm_id.is_not(None))
        .order_by(StormScope.began_at, StormScope.id)
    )
    return [
        {
            "scope": row.scope,
            "key": row.key,
            "title": title_of(row.scope, row.key),
            "began_at": row.began_at,
            "held": row.held,
            "severities": row.severities,
        }
        for row in rows
    ]


def title_of(scope: str, key: str) -> str:
    """Name a scope as people do."""
    return f"{_WORDS[scope]} {key}".strip()


class StormWatch:
    """The storms of one tenant over one batch; false where there is no protection.

    `ended` are the storms that are over: what the batch still held for them is due at once.
    """

    def __init__(self, session: Session, tenant_id: UUID, *, now: datetime) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._now = now
        self._protection = get_protection(session, tenant_id)
        rows = _locked(session, tenant_id) if self._protection is not None else ()
        self._scopes = {(row.scope, row.key): row for row in rows}
        self._rates: dict[UUID, Rate] = {}
        self.ended: set[UUID] = set()

    def __bool__(self) -> bool:
        return self._protection is not None

    def see(self, change: Change) -> Hold | None:
        """Count one event; give who holds its alarm back, where a storm does."""
        protection, alarm = self._protection, change.alarm
        if protection is None or alarm.source == storms.SUMMARY_SOURCE:
            return None
        stormy = [
            row
            for scope, key in _keys_of(change)
            if scope in protection.marks
            if (row := self._count(protection, scope, key, alarm.reported_at)).storm_id is not None
        ]
        if not stormy or change.transition not in _RAISED:
            return None
        return _hold(stormy[0], change)

    def write(self) -> None:
        """Write the rates, and tell of the storms whose summary is due."""
        for row in self._scopes.values():
            if row.id in self._rates:
                rate = self._rates[row.id]
                row.buckets = {str(part): count for part, count in rate.parts.items()}
                if row.storm_id is not None and _is_due(row):
                    _tell(self._session, row, now=self._now)
        self._session.flush()

    def _count(self, protection: Protection, scope: str, key: str, at: datetime) -> StormScope:
        row = self._scopes.get((scope, key)) or self._add(scope, key, at)
        rate = self._rates.get(row.id)
        if rate is None:
            rate = self._rates[row.id] = _rate_of(row, protection)
        rate.add(at)
        total, marks, window_s = rate.total(at), protection.marks[scope], protection.window_s
        row.seen_at, row.due_at = at, at + timedelta(seconds=window_s)
        if row.storm_id is None and storms.begins(total, marks, window_s=window_s):
            row.storm_id, row.began_at, row.told_at = new_id(), at, None
            log.warning("storm_began", scope=scope, key=key, events=total)
        elif row.storm_id is not None and storms.ends(total, marks, window_s=window_s):
            self.ended.add(row.storm_id)
            _end(self._session, row, now=self._now)
        return row

    def _add(self, scope: str, key: str, at: datetime) -> StormScope:
        row = StormScope(
            id=new_id(),
            tenant_id=self._tenant_id,
            scope=scope,
            key=key,
            buckets={},
            seen_at=at,
            held=0,
            severities={},
            objects={},
        )
        self._session.add(row)
        self._scopes[scope, key] = row
        return row


def settle_storms(session: Session, *, now: datetime) -> int:
    """End storms into which nothing comes any more; forget scopes that are calm.

    Where events wait for the correlator, that is not known beyond the first of them: a correlator
    that lags behind would else find its storms ended while they go on.

    Over all tenants: call it in system scope and commit.

    Returns:
        How many scopes were looked at; fewer than BITE means that none is left.
    """
    rows = session.scalars(
        select(StormScope)
        .where(StormScope.due_at <= now)
        .order_by(StormScope.due_at, StormScope.id)
        .limit(BITE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        with as_tenant(session, row.tenant_id):
            known_until = min(waits_since(session, row.tenant_id) or now, now)
            _settle(session, row, known_until, now=now)
    return len(rows)


def has_due_storms(session: Session, *, now: datetime) -> bool:
    """Tell whether a scope is to be looked at, in every tenant in reach."""
    due = select(StormScope.id).where(StormScope.due_at <= now).limit(1)
    return session.scalar(due) is not None


def _settle(session: Session, row: StormScope, known_until: datetime, *, now: datetime) -> None:
    protection = get_protection(session, row.tenant_id)
    marks = protection.marks.get(row.scope) if protection is not None else None
    total, is_over = 0, True
    if protection is not None and marks is not None:
        total = _rate_of(row, protection).total(known_until)
        is_over = storms.ends(total, marks, window_s=protection.window_s)
    if row.storm_id is not None and is_over:
        _end(session, row, now=now)
    if row.storm_id is None and not total:
        session.delete(row)
    elif protection is not None:
        row.due_at = now + timedelta(seconds=protection.part_s)
    session.flush()


def _locked(session: Session, tenant_id: UUID) -> Sequence[StormScope]:
    return session.scalars(
        select(StormScope)
        .where(StormScope.tenant_id == tenant_id)
        .order_by(StormScope.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _keys_of(change: Change) -> list[tuple[str, str]]:
    """Give the scopes that an alarm belongs to, the widest first."""
    site = change.alarm.attributes.get("site") or change.alarm.place
    found = [(storms.TENANT, ""), (storms.SOURCE, change.alarm.source)]
    if isinstance(site, str) and site:
        found.append((storms.SITE, site[:SCOPE_KEY_MAX]))
    return found


def _rate_of(row: StormScope, protection: Protection) -> Rate:
    parts = {int(part): count for part, count in row.buckets.items()}
    return Rate(protection.part_s, parts)


def _hold(row: StormScope, change: Change) -> Hold:
    alarm = change.alarm
    row.held += 1
    row.severities, row.objects = storms.count_held(
        row.severities, row.objects, alarm.perceived_severity.value, alarm.managed_object
    )
    return Hold(
        alarm_id=alarm.id,
        holder=STORM,
        holder_id=row.storm_id or row.id,
        name=title_of(row.scope, row.key),
        until=None,
    )


def _is_due(row: StormScope) -> bool:
    return row.told_at is None or row.seen_at - row.told_at >= TELL_EVERY


def _tell(session: Session, row: StormScope, *, now: datetime) -> None:
    row.told_at = row.seen_at
    began_at = row.began_at or now
    text = storms.summary_text(row.held, row.severities, row.objects, began_at=began_at)
    facts = {"held": row.held, "scope": row.scope, **row.severities}
    _say(session, row, {"perceived_severity": "major", "text": text, "attributes": facts}, now=now)


def _end(session: Session, row: StormScope, *, now: datetime) -> None:
    """End a storm: its last summary, its clear, and what it holds is let go."""
    if row.storm_id is not None:
        _tell(session, row, now=now)
        _say(session, row, {"perceived_severity": "cleared"}, now=now)
        let_go(session, row.tenant_id, row.storm_id, until=now)
        log.info("storm_ended", scope=row.scope, key=row.key, held=row.held)
    row.storm_id = row.began_at = row.told_at = None
    row.held, row.severities, row.objects = 0, {}, {}


def _say(session: Session, row: StormScope, said: Mapping[str, Any], *, now: datetime) -> None:
    event = parse_event(
        {
            "managed_object": title_of(row.scope, row.key),
            "specific_problem": "Alarm storm",
            "event_type": "qualityOfServiceAlarm",
            "source": storms.SUMMARY_SOURCE,
            "reduction_key": f"storm:{row.scope}:{row.key}",
            "raised_at": format_instant(now),
            **said,
        }
    )
    append(session, row.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")
