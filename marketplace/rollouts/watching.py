"""One roll-out as its provider watches it: rings, what was measured, and what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from marketplace.rollouts._tables import RolloutMember, RolloutRow
from marketplace.rollouts.model import Measured
from marketplace.rollouts.rounds import measured_of
from marketplace.rollouts.showing import Next, Ring, next_of, rings_of
from marketplace.rollouts.store import RolloutView, get_rollout, progress_of
from tenancy.audit.listing import EntryFilter, EntryView, list_entries
from tenancy.rows import get_owned

HISTORY_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A roll-out with all that its page shows beside the organisations in it.

    Attributes:
        history: What was done to it, the newest first.
    """

    view: RolloutView
    rings: Sequence[Ring]
    measured: Measured
    next: Next
    history: Sequence[EntryView]


def watch(session: Session, who: Acting, rollout_id: UUID, *, now: datetime) -> Watched:
    """Give one of a provider's roll-outs as it is now; raises NotFoundError."""
    row = get_owned(session, RolloutRow, who.tenant_id, rollout_id, name="roll-out")
    view = get_rollout(session, who.tenant_id, rollout_id)
    counts = session.execute(
        select(RolloutMember.ring, RolloutMember.state, func.count(RolloutMember.id).label("n"))
        .where(RolloutMember.tenant_id == who.tenant_id, RolloutMember.rollout_id == rollout_id)
        .group_by(RolloutMember.ring, RolloutMember.state)
    )
    rings = rings_of(view.plan, view.ring, {(one.ring, one.state): one.n for one in counts})
    measured = measured_of(session, row)
    wanted = EntryFilter(kind="rollout", thing=str(rollout_id))
    return Watched(
        view=view,
        rings=rings,
        measured=measured,
        next=next_of(view.plan, progress_of(row), measured, rings, now=now),
        history=list_entries(session, who.tenant_id, wanted, limit=HISTORY_SHOWN),
    )
