"""Pausing many workflows at once.

Pausing keeps starts away and nothing else: runs under way go on, those that wait for their turn
too, and so do calls by other workflows' steps, for these belong to runs under way. People are
told, rules' firings say that nothing was started, schedules pass over it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.flows.versions import set_paused


def set_many_paused(
    session: Session, tenant_id: UUID, flow_ids: Collection[UUID], *, paused: bool, now: datetime
) -> set[UUID]:
    """Pause workflows or resume them; give those that are there."""
    done = set()
    for flow_id in sorted(flow_ids):  # in one order, so that two such calls never lock each other
        try:
            set_paused(session, tenant_id, flow_id, paused=paused, now=now)
        except NotFoundError:
            continue
        done.add(flow_id)
    return done
