"""Which blocks of packages were used: once for each attempt of a step that came to a good end.

What belongs to the product itself is nobody's to charge for and is not recorded; nor is what nobody
signed, for a tenant's own block in development may be called anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from blocks.registry import Block, Standing
from runtime.use._tables import BlockUse
from runtime.use.recording import day_of
from tenancy.rows import insert_new

_OF_THE_PRODUCT = "garland."


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How often a tenant used a block on a day."""

    tenant_id: UUID
    block_id: str
    number: int


def is_somebodys(session: Session, block: Block) -> bool:
    """Tell whether somebody signed the package of a block.

    Its standing says so, but for one that is held or withdrawn while runs finish with it.
    """
    if block.standing in (Standing.HELD, Standing.WITHDRAWN):
        wanted = select(BlockPackage.signers).where(BlockPackage.digest == block.digest)
        return bool(session.scalar(wanted))
    return block.standing is Standing.INSTALLED


def record_block_uses(
    session: Session, tenant_id: UUID, uses: Iterable[tuple[str, str]], *, now: datetime
) -> None:
    """Record uses, each a key of its own and the block as `id@version`; what is known stays."""
    for key, block in uses:
        block_id, _, version = block.partition("@")
        if block_id.startswith(_OF_THE_PRODUCT):
            continue
        row = {"tenant_id": tenant_id, "key": key, "block_id": block_id, "version": version}
        insert_new(session, BlockUse, {**row, "day": day_of(now)}, keys=("tenant_id", "key"))


def block_uses_on(session: Session, day: date) -> list[Used]:
    """List what all tenants used on a day, by tenant and block; in system scope."""
    rows = session.execute(
        select(BlockUse.tenant_id, BlockUse.block_id, func.count().label("number"))
        .where(BlockUse.day == day)
        .group_by(BlockUse.tenant_id, BlockUse.block_id)
        .order_by(BlockUse.tenant_id, BlockUse.block_id)
    )
    return [Used(tenant_id=row.tenant_id, block_id=row.block_id, number=row.number) for row in rows]


def forget_block_uses(session: Session, tenant_id: UUID, *, before: date) -> None:
    """Let go of a tenant's uses of the days before one."""
    session.execute(delete(BlockUse).where(BlockUse.tenant_id == tenant_id, BlockUse.day < before))
