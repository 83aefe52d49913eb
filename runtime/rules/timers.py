"""Timers of rules that are due: made journal events, to be judged in the journal's order.

While events come, they bring time forward themselves: whatever was due before one was received is
judged before it. Where none come, an event of the journal says how far time has gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms.journal import note_time
from runtime.rules._tables import RuleTimer
from runtime.rules.judging.state import to_us
from runtime.standing import of_those_at_work

SETTLE = timedelta(seconds=1)  # longer than an event takes from its receipt to its commit


def note_due(session: Session, *, now: datetime) -> int:
    """Write an event for each tenant that has due timers; give how many. Call in system scope.

    Only where everything that was received has been taken: what still waits in the journal may
    end what a timer waits for.
    """
    until = now - SETTLE
    of_whom = of_those_at_work(session, RuleTimer.tenant_id)
    due = select(RuleTimer.tenant_id).where(RuleTimer.ripe_us < to_us(until), of_whom).distinct()
    tenants = list(session.scalars(due))
    for tenant_id in tenants:
        note_time(session, tenant_id, until=until, now=now)
    return len(tenants)


def has_due(session: Session, *, now: datetime) -> bool:
    """Tell whether a timer is due, in every tenant in reach."""
    of_whom = of_those_at_work(session, RuleTimer.tenant_id)
    due = select(RuleTimer.seq).where(RuleTimer.ripe_us < to_us(now - SETTLE), of_whom)
    return session.scalar(due.limit(1)) is not None
