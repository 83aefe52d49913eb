"""Freezing one's own versions, and holding a version back from all below one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from kernel.ids import new_id
from kernel.json_text import kept_text
from marketplace.rollouts._tables import LISTING_MAX, TOLD_MAX, RolloutStop
from marketplace.rollouts.model import stop_of
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.customers.charge import require_keeper
from tenancy.organisations import ancestors_of
from tenancy.rows import get_owned
from tenancy.scope import system

REASON_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A freeze or a hold; `listing_id` is "" for every block."""

    id: UUID
    listing_id: str
    below: bool
    reason: str
    made_at: datetime
    made_by: str


def stop(
    session: Session,
    who: Acting,
    listing_id: str,
    *,
    below: bool = False,
    reason: str = "",
    now: datetime,
) -> StopView:
    """Let no roll-out move oneself, or nobody `below`; saying it again only changes the reason.

    Raises:
        NotFoundError: who acts looks after nobody whom it could hold back.
    """
    if below:
        require_keeper(who)
    block = listing_id.strip()[:LISTING_MAX]
    row = session.scalar(
        select(RolloutStop).where(
            RolloutStop.tenant_id == who.tenant_id,
            RolloutStop.listing_id == block,
            RolloutStop.below.is_(below),
        )
    )
    if row is None:
        row = RolloutStop(id=new_id(), tenant_id=who.tenant_id, listing_id=block, below=below)
        session.add(row)
    row.reason, row.made_at, row.made_by = kept_text(reason)[:TOLD_MAX], now, who.person_name
    session.flush()
    about = About(kind="block", id=block, name=block or "every block")
    facts: dict[str, Fact] = {"below": below, "reason": row.reason}
    note(session, who.tenant_id, "rollout.stopped", now=now, about=about, facts=facts)
    return _view(row)


def list_stops(session: Session, tenant_id: UUID, *, below: bool) -> list[StopView]:
    """List what an organisation froze, or holds from those `below`, by block."""
    wanted = select(RolloutStop).where(
        RolloutStop.tenant_id == tenant_id, RolloutStop.below.is_(below)
    )
    rows = session.scalars(wanted.order_by(RolloutStop.listing_id))
    return [_view(row) for row in rows]


def lift(
    session: Session, tenant_id: UUID, stop_id: UUID, *, below: bool = False, now: datetime
) -> None:
    """Let roll-outs go on that a freeze, or a hold of those `below`, stopped.

    Raises:
        NotFoundError: there is no such one of theirs.
    """
    name = "hold" if below else "freeze"
    row = get_owned(session, RolloutStop, tenant_id, stop_id, name=name, lock=True)
    if row.below is not below:
        raise NotFoundError(f"no such {name}", id=str(stop_id))
    about = About(kind="block", id=row.listing_id, name=row.listing_id or "every block")
    facts = {"below": row.below}
    session.delete(row)
    session.flush()
    note(session, tenant_id, "rollout.stop_lifted", now=now, about=about, facts=facts)


class Stops:
    """Who stopped the roll-outs of a block, read once for a look at all."""

    def __init__(self, session: Session, listing_id: str) -> None:
        self._session = session
        wanted = select(RolloutStop).where(RolloutStop.listing_id.in_(("", listing_id)))
        with system(session):
            self._rows: Sequence[RolloutStop] = session.scalars(wanted).all()

    def why(self, organisation_id: UUID) -> str:
        """Say why an organisation is not to be moved; "" where it may be."""
        if not self._rows:
            return ""
        try:
            above = [one.id for one in ancestors_of(self._session, organisation_id)]
        except NotFoundError:
            return "it is not there any more"
        own = [r.reason for r in self._rows if r.tenant_id == organisation_id and not r.below]
        held = [r.reason for r in self._rows if r.tenant_id in above and r.below]
        return stop_of(own, held)[:REASON_SHOWN]


def _view(row: RolloutStop) -> StopView:
    return StopView(
        id=row.id,
        listing_id=row.listing_id,
        below=row.below,
        reason=row.reason,
        made_at=row.made_at,
        made_by=row.made_by,
    )
