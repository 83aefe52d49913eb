"""Which packages an organisation may choose among, of blocks that are known by their ids."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage, BlockRecall, BlockUpload
from blocks.installs.vouching import taken_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A package in short, without its bytes."""

    digest: str
    block_id: str
    version: str
    title: str


def packages_here(
    session: Session, tenant_id: UUID, block_ids: Collection[str], *, now: datetime
) -> list[Here]:
    """List the packages of some blocks that an organisation may see, what came last first.

    As `offering.offered`: those that somebody signed, and its own. What was revoked, or what it
    recalled itself, is left out.
    """
    is_taken_back = taken_back(session, now=now)
    brought = select(BlockUpload.digest).where(BlockUpload.tenant_id == tenant_id)
    mine = set(session.scalars(brought))
    gone = select(BlockRecall.digest).where(BlockRecall.owner_id == tenant_id)
    recalled = set(session.scalars(gone))
    rows = session.execute(
        select(
            BlockPackage.digest,
            BlockPackage.block_id,
            BlockPackage.version,
            BlockPackage.manifest,
            BlockPackage.signers,
            BlockPackage.vouched_in,
        )
        .where(BlockPackage.block_id.in_(list(block_ids)))
        .order_by(BlockPackage.added_at.desc(), BlockPackage.digest)
    )
    return [
        Here(
            digest=row.digest,
            block_id=row.block_id,
            version=row.version,
            title=str(row.manifest.get("title") or row.block_id),
        )
        for row in rows
        if (row.signers or row.digest in mine)
        and row.digest not in recalled
        and not is_taken_back(row.digest, row.signers, row.vouched_in)
    ]
