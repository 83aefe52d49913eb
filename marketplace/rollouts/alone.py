"""One roll-out of a block at a time, and taken back in the opposite order.

Were there two at once, it would be chance which version an organisation has, and what it had
before.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from marketplace.rollouts._tables import RolloutPin, RolloutRow
from marketplace.rollouts.model import RolloutState
from tenancy.scope import system

UNDER_WAY = tuple(one for one in RolloutState if one.is_under_way)


def keep_alone(session: Session, row: RolloutRow) -> None:
    """Write a row that is, or is about to be, under way.

    The database itself keeps two that come at once apart.

    Raises:
        ConflictError: another one of its block is.
    """
    refuse_second(session, row.tenant_id, row.listing_id, but=row.id)
    listing_id = row.listing_id
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise ConflictError(f"another roll-out of {listing_id} was begun just now") from None


def refuse_second(
    session: Session, tenant_id: UUID, listing_id: str, *, but: UUID | None = None
) -> None:
    """Refuse a second roll-out of a block; raises ConflictError, naming the one under way."""
    wanted = select(RolloutRow.version).where(
        RolloutRow.tenant_id == tenant_id,
        RolloutRow.listing_id == listing_id,
        RolloutRow.state.in_(UNDER_WAY),
    )
    if but is not None:
        wanted = wanted.where(RolloutRow.id != but)
    with session.no_autoflush:
        version = session.scalar(wanted)
    if version is not None:
        message = f"the roll-out of {listing_id} {version} is under way: halt it or take it back"
        raise ConflictError(message)


def refuse_before_later(session: Session, row: RolloutRow) -> None:
    """Refuse to take one back while a later one of its block has workflows that it moved.

    Raises:
        ConflictError: naming that one.
    """
    later = (
        select(RolloutRow.version)
        .join(RolloutPin, RolloutPin.rollout_id == RolloutRow.id)
        .where(
            RolloutRow.tenant_id == row.tenant_id,
            RolloutRow.listing_id == row.listing_id,
            RolloutRow.id > row.id,
        )
        .order_by(RolloutRow.id.desc())
        .limit(1)
    )
    with system(session):
        version = session.scalar(later)
    if version is not None:
        told = f"the later roll-out of {row.listing_id} {version} moved workflows: take it back"
        raise ConflictError(f"{told} before this one")
