"""Halting the roll-outs of a version that was recalled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.rollouts._tables import RolloutRow
from marketplace.rollouts.model import RolloutState
from marketplace.rollouts.store import progress_of, put
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.scope import as_tenant, system

RECALLED = "the version was recalled"


def halt_of(session: Session, digest: str, among: Collection[UUID], *, now: datetime) -> int:
    """Halt whatever some organisations roll out of a package; give how many roll-outs that were.

    One that goes back is let go on: it takes the version from those who have it.
    """
    moving = (RolloutState.RUNNING, RolloutState.PAUSED)
    wanted = select(RolloutRow).where(RolloutRow.digest == digest, RolloutRow.state.in_(moving))
    with system(session):
        rows = [one for one in session.scalars(wanted) if one.tenant_id in among]
    for row in rows:
        with as_tenant(session, row.tenant_id):
            halted = replace(progress_of(row), state=RolloutState.HALTED, reason=RECALLED)
            put(row, halted, due_at=None)
            about = About(kind="rollout", id=row.id, name=f"{row.listing_id} {row.version}")
            facts: dict[str, Fact] = {"reason": RECALLED, "ring": str(row.ring)}
            note(session, row.tenant_id, "rollout.halted", now=now, about=about, facts=facts)
    return len(rows)
