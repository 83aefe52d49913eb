"""Backtests that people asked for: asked, taken on, followed, ended.

A backtest of a long history takes minutes, so a process of its own does it (`garland.backtests`).
It holds the row by a lease that each note of progress renews: should it die, the next takes over,
three times at most. Of one rule the latest alone goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.rules.backtest._tables import BacktestState, RuleBacktest
from runtime.rules.store import get_rule
from runtime.wake import tell_pages_after_commit
from tenancy.rows import get_owned

LEASE_S = 60
TRIES_MAX = 3
KEPT = 5
ERROR_MAX = 300
UNDER_WAY = (BacktestState.QUEUED, BacktestState.RUNNING)


class Claim(NamedTuple):
    """A backtest that this process is to do."""

    id: UUID
    tenant_id: UUID
    rule_id: UUID
    document: Mapping[str, Any]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestView:
    """A backtest as pages see it; `report` is there once it is done."""

    id: UUID
    rule_id: UUID
    document: Mapping[str, Any]
    state: BacktestState
    since: datetime
    events: int
    total: int
    report: Mapping[str, Any] | None
    error: str
    made_at: datetime
    made_by: str

    @property
    def is_under_way(self) -> bool:
        """Tell whether it still goes on."""
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        """Say how much of it is done."""
        return min(100, 100 * self.events // self.total) if self.total else 0


def ask_backtest(
    session: Session, tenant_id: UUID, rule_id: UUID, *, since: datetime, by: str, now: datetime
) -> UUID:
    """Ask for a backtest of a rule's draft over what came since an instant.

    One of the same rule that goes on is cancelled; the five latest are kept.
    """
    rule = get_rule(session, tenant_id, rule_id)
    _cancel(session, tenant_id, rule_id, now=now)
    asked = RuleBacktest(
        id=new_id(),
        tenant_id=tenant_id,
        rule_id=rule_id,
        document=dict(rule.draft),
        since=since,
        state=BacktestState.QUEUED,
        made_at=now,
        made_by=by[:200],
    )
    session.add(asked)
    session.flush()
    _forget_old(session, tenant_id, rule_id)
    return asked.id


def cancel_backtests(session: Session, tenant_id: UUID, rule_id: UUID, *, now: datetime) -> None:
    """Stop what goes on for a rule; the process that does it sees so at its next note."""
    _cancel(session, tenant_id, rule_id, now=now)
    tell_pages_after_commit(session, tenant_id, "rules", {"id": str(rule_id)})


def latest_backtest(session: Session, tenant_id: UUID, rule_id: UUID) -> BacktestView | None:
    """Give the last one asked for, or None."""
    row = session.scalar(
        select(RuleBacktest)
        .where(RuleBacktest.tenant_id == tenant_id, RuleBacktest.rule_id == rule_id)
        .order_by(RuleBacktest.made_at.desc(), RuleBacktest.id.desc())
        .limit(1)
    )
    return None if row is None else _view(row)


def has_backtest_to_do(session: Session, *, now: datetime) -> bool:
    """Tell whether a backtest waits, or its process died; in system scope."""
    return session.scalar(select(RuleBacktest.id).where(_to_do(now)).limit(1)) is not None


def claim_backtest(session: Session, *, now: datetime) -> Claim | None:
    """Take on the backtest that waits for longest; in system scope.

    One whose process died three times fails.
    """
    abandoned = and_(RuleBacktest.state == BacktestState.RUNNING, RuleBacktest.claimed_until <= now)
    row = session.scalar(
        select(RuleBacktest)
        .where(or_(RuleBacktest.state == BacktestState.QUEUED, abandoned))
        .order_by(RuleBacktest.made_at, RuleBacktest.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    if row.tries >= TRIES_MAX:
        row.state, row.ended_at = BacktestState.FAILED, now
        row.error = f"the process that did it died {TRIES_MAX} times: choose a shorter time"
        session.flush()
        return None
    row.state, row.claimed_until = BacktestState.RUNNING, now + timedelta(seconds=LEASE_S)
    row.tries += 1
    session.flush()
    return Claim(row.id, row.tenant_id, row.rule_id, row.document, row.since)


def note_progress(
    session: Session, claim: Claim, *, events: int, total: int, now: datetime
) -> bool:
    """Say how far it is and renew the lease; False when it is not wanted any more."""
    noted = session.scalar(
        update(RuleBacktest)
        .where(
            RuleBacktest.tenant_id == claim.tenant_id,
            RuleBacktest.id == claim.id,
            RuleBacktest.state == BacktestState.RUNNING,
        )
        .values(events=events, total=total, claimed_until=now + timedelta(seconds=LEASE_S))
        .returning(RuleBacktest.id)
        .execution_options(synchronize_session=False)
    )
    tell_pages_after_commit(session, claim.tenant_id, "rules", {"id": str(claim.rule_id)})
    return noted is not None


def end_backtest(
    session: Session,
    claim: Claim,
    *,
    report: Mapping[str, Any] | None,
    error: str = "",
    now: datetime,
) -> None:
    """Keep what came of it; one that was cancelled meanwhile stays so."""
    row = get_owned(session, RuleBacktest, claim.tenant_id, claim.id, name="backtest", lock=True)
    if row.state is not BacktestState.RUNNING:
        return
    row.state = BacktestState.FAILED if error else BacktestState.DONE
    row.report = dict(report) if report is not None else None
    row.error, row.ended_at, row.claimed_until = error[:ERROR_MAX], now, None
    row.events = row.total
    session.flush()
    tell_pages_after_commit(session, claim.tenant_id, "rules", {"id": str(claim.rule_id)})


def _to_do(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(RuleBacktest.state == BacktestState.RUNNING, RuleBacktest.claimed_until <= now)
    return or_(RuleBacktest.state == BacktestState.QUEUED, abandoned)


def _cancel(session: Session, tenant_id: UUID, rule_id: UUID, *, now: datetime) -> None:
    session.execute(
        update(RuleBacktest)
        .where(
            RuleBacktest.tenant_id == tenant_id,
            RuleBacktest.rule_id == rule_id,
            RuleBacktest.state.in_(UNDER_WAY),
        )
        .values(state=BacktestState.CANCELLED, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _forget_old(session: Session, tenant_id: UUID, rule_id: UUID) -> None:
    kept = session.scalars(
        select(RuleBacktest.id)
        .where(RuleBacktest.tenant_id == tenant_id, RuleBacktest.rule_id == rule_id)
        .order_by(RuleBacktest.made_at.desc(), RuleBacktest.id.desc())
        .limit(KEPT)
    ).all()
    session.execute(
        delete(RuleBacktest).where(
            RuleBacktest.tenant_id == tenant_id,
            RuleBacktest.rule_id == rule_id,
            RuleBacktest.id.not_in(kept),
        )
    )


def _view(row: RuleBacktest) -> BacktestView:
    return BacktestView(
        id=row.id,
        rule_id=row.rule_id,
        document=row.document,
        state=row.state,
        since=row.since,
        events=row.events,
        total=row.total,
        report=row.report,
        error=row.error,
        made_at=row.made_at,
        made_by=row.made_by,
    )
