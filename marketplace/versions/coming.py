"""What roll-outs of the providers above an organisation bring to it, and what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.rollouts._tables import RolloutMember, RolloutRow
from marketplace.rollouts.model import MemberState, RolloutState
from marketplace.rollouts.titles import titles_here
from tenancy.brand.naming import NO_NAME, names_above
from tenancy.scope import system

BROUGHT_SHOWN = 50
_COMING = (MemberState.WAITING, MemberState.STOPPED, MemberState.KEPT_BACK)
_MOVING = (RolloutState.RUNNING, RolloutState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One roll-out as an organisation in it reads it; of the others in it, it reads nothing.

    Attributes:
        provider: What who rolls it out is called here; see `tenancy.brand.naming`.
        is_paused: Whether nobody is moved for now.
        state: What became of this organisation, and `told` why.
        moved_at: When it was moved; None while it was not.
    """

    listing_id: str
    title: str
    version: str
    digest: str
    provider: str
    is_paused: bool
    state: MemberState
    told: str
    begun_at: datetime
    moved_at: datetime | None


def coming_to(session: Session, tenant_id: UUID, *, now: datetime) -> list[Coming]:
    """List the versions that are about to be brought to an organisation, the newest first."""
    with system(session):
        rows = session.execute(
            select(RolloutMember, RolloutRow)
            .join(RolloutRow, RolloutRow.id == RolloutMember.rollout_id)
            .where(
                RolloutMember.organisation_id == tenant_id,
                RolloutMember.state.in_(_COMING),
                RolloutRow.state.in_(_MOVING),
            )
            .order_by(RolloutRow.id.desc())
        ).all()
    return _told(session, tenant_id, [(one[0], one[1]) for one in rows], now=now)


def brought_to(session: Session, tenant_id: UUID, *, now: datetime) -> list[Coming]:
    """List what roll-outs brought to an organisation or took back, the newest first; 50 at most."""
    with system(session):
        rows = session.execute(
            select(RolloutMember, RolloutRow)
            .join(RolloutRow, RolloutRow.id == RolloutMember.rollout_id)
            .where(
                RolloutMember.organisation_id == tenant_id,
                RolloutMember.state.not_in(_COMING),
            )
            .order_by(RolloutRow.id.desc())
            .limit(BROUGHT_SHOWN)
        ).all()
    return _told(session, tenant_id, [(one[0], one[1]) for one in rows], now=now)


def _told(
    session: Session,
    tenant_id: UUID,
    rows: Sequence[tuple[RolloutMember, RolloutRow]],
    *,
    now: datetime,
) -> list[Coming]:
    if not rows:
        return []
    names = names_above(session, tenant_id)
    titles = titles_here(session, tenant_id, {row.listing_id for _, row in rows}, now=now)
    return [
        Coming(
            listing_id=row.listing_id,
            title=titles[row.listing_id],
            version=row.version,
            digest=row.digest,
            provider=names.get(row.tenant_id, NO_NAME),
            is_paused=row.state is RolloutState.PAUSED,
            state=member.state,
            told=member.told,
            begun_at=row.made_at,
            moved_at=member.moved_at,
        )
        for member, row in rows
    ]
