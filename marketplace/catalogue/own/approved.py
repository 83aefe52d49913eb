"""Which packages of a CSP's own were approved by as many of its people as it asks for."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from marketplace.catalogue._tables import MarketOverlay
from marketplace.catalogue.own._tables import MarketOwnRelease, OwnState

ONE, TWO = 1, 2


def eyes_of(session: Session, tenant_id: UUID) -> int:
    """Say how many people of a CSP have to approve a block of its own."""
    wanted = select(MarketOverlay.eyes).where(MarketOverlay.tenant_id == tenant_id)
    return session.scalar(wanted) or ONE


def approved_by_two(session: Session, tenant_id: UUID, digests: Collection[str]) -> set[str]:
    """Give those of some packages that two people of a CSP approved."""
    wanted = select(MarketOwnRelease.digest).where(
        MarketOwnRelease.tenant_id == tenant_id,
        MarketOwnRelease.digest.in_(digests),
        MarketOwnRelease.state == OwnState.APPROVED,
        MarketOwnRelease.eyes >= TWO,
    )
    return {*session.scalars(wanted)}


def require_approved(session: Session, tenant_id: UUID, digests: Collection[str]) -> None:
    """Refuse packages that have not got the two approvals that a CSP asks for.

    Where one person is enough, whoever offers a block is that person.

    Raises:
        InvalidError: two have to approve, and have not approved one of these.
    """
    if eyes_of(session, tenant_id) < TWO:
        return
    missing = sorted({*digests} - approved_by_two(session, tenant_id, digests))
    if missing:
        told = f"digests: two people have to approve {missing[0]} first: submit it for review"
        problems = [Problem("/digests", told)]
        raise InvalidError("this block cannot be offered so", problems=problems)
