"""When an organisation first had a block or pack: what is told once, and kept for good.

Removing it and installing it anew changes nothing of that, so a trial period that counts from
there is had once. What nobody signed is its author's own and counts as no install.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockFirstInstall
from kernel.db import insert_into
from tenancy.scope import system


def note_first(session: Session, tenant_id: UUID, listing_id: str, *, on: date) -> None:
    """Note that a tenant has a block or pack since a day (UTC), unless it ever had it before."""
    row = {"tenant_id": tenant_id, "listing_id": listing_id, "first_on": on}
    session.execute(insert_into(session, BlockFirstInstall).values(row).on_conflict_do_nothing())


def hand_on_firsts(session: Session, from_id: UUID, to_id: UUID) -> None:
    """Let one organisation have first had what another did, where that was earlier.

    For what was a part of another until now: it does not begin anew.
    """
    with system(session):
        rows = session.scalars(
            select(BlockFirstInstall).where(BlockFirstInstall.tenant_id.in_((from_id, to_id)))
        ).all()
        known = {one.listing_id: one for one in rows if one.tenant_id == to_id}
        for one in rows:
            if one.tenant_id == from_id:
                own = known.get(one.listing_id)
                first_on = min(one.first_on, own.first_on) if own is not None else one.first_on
                session.merge(
                    BlockFirstInstall(tenant_id=to_id, listing_id=one.listing_id, first_on=first_on)
                )
        session.flush()


def first_install_of(session: Session, tenant_id: UUID, listing_id: str) -> date | None:
    """Give the day on which a tenant first had it; None where it never did, as far as is known."""
    return session.scalar(
        select(BlockFirstInstall.first_on).where(
            BlockFirstInstall.tenant_id == tenant_id, BlockFirstInstall.listing_id == listing_id
        )
    )


def first_installs(
    session: Session, tenant_id: UUID, *, since: date, among: Collection[str]
) -> dict[str, date]:
    """Give which of some blocks and packs a tenant first had on a day or after it, and when."""
    rows = session.execute(
        select(BlockFirstInstall.listing_id, BlockFirstInstall.first_on).where(
            BlockFirstInstall.tenant_id == tenant_id,
            BlockFirstInstall.first_on >= since,
            BlockFirstInstall.listing_id.in_(among),
        )
    )
    return {row.listing_id: row.first_on for row in rows}
