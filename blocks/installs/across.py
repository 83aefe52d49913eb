"""Who has a block, across organisations: for what a provider does for those below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall
from blocks.installs.model import Ask
from blocks.registry import Standing
from tenancy.scope import system

NAMED_MAX = 100
"""So many organisations are named to the database; of more, all rows of the block are read."""
NAMED_AT_ONCE = 500
"""So many are named in one question where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One version of a block that an organisation has; `permissions` is what it agreed to."""

    tenant_id: UUID
    install_id: UUID
    version: str
    digest: str
    state: Standing
    permissions: Sequence[Ask]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A package that some organisations have, and how many of them."""

    block_id: str
    version: str
    digest: str
    organisations: int


def held_among(session: Session, among: Collection[UUID]) -> list[Held]:
    """List the packages that some organisations have, by block and version as text."""
    which = (BlockInstall.block_id, BlockInstall.version, BlockInstall.digest)
    found: Counter[tuple[str, str, str]] = Counter()
    with system(session):
        meant = list(among)
        for at in range(0, len(meant), NAMED_AT_ONCE):
            rows = session.execute(
                select(*which, func.count(BlockInstall.id).label("number"))
                .where(BlockInstall.tenant_id.in_(meant[at : at + NAMED_AT_ONCE]))
                .group_by(*which)
            )
            for row in rows:
                found[row.block_id, row.version, row.digest] += row.number
    return [
        Held(block_id=block_id, version=version, digest=digest, organisations=number)
        for (block_id, version, digest), number in sorted(found.items())
    ]


def holders_among(
    session: Session, block_ids: Collection[str], among: Collection[UUID]
) -> Counter[str]:  # fmt: skip
    """Count by block how many of some organisations have any version of it."""
    meant, ids = set(among), sorted(set(block_ids))
    found: Counter[str] = Counter()
    with system(session):
        for at in range(0, len(ids), NAMED_AT_ONCE):
            rows = session.execute(
                select(BlockInstall.block_id, BlockInstall.tenant_id)
                .where(BlockInstall.block_id.in_(ids[at : at + NAMED_AT_ONCE]))
                .distinct()
            )
            found.update(row.block_id for row in rows if row.tenant_id in meant)
    return found


def holdings_of(
    session: Session, block_id: str, among: Collection[UUID]
) -> dict[UUID, list[Holding]]:
    """List by organisation which versions of a block some have, in the order of their ids."""
    wanted = (
        select(BlockInstall)
        .where(BlockInstall.block_id == block_id)
        .order_by(BlockInstall.tenant_id, BlockInstall.version)
    )
    meant = set(among)
    if len(meant) <= NAMED_MAX:
        wanted = wanted.where(BlockInstall.tenant_id.in_(meant))
    found: dict[UUID, list[Holding]] = {}
    with system(session):
        for row in session.scalars(wanted):
            if row.tenant_id in meant:
                found.setdefault(row.tenant_id, []).append(
                    Holding(
                        tenant_id=row.tenant_id,
                        install_id=row.id,
                        version=row.version,
                        digest=row.digest,
                        state=row.state,
                        permissions=row.permissions,
                    )
                )
    return found
