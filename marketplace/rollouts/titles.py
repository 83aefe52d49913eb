"""What blocks are called on the pages of roll-outs and recalls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.here import packages_here


def titles_here(
    session: Session, tenant_id: UUID, block_ids: Collection[str], *, now: datetime
) -> dict[str, str]:
    """Give the titles of blocks by id, as the package that came last says; its id for any other."""
    here = packages_here(session, tenant_id, set(block_ids), now=now) if block_ids else []
    titles = {one.block_id: one.title for one in reversed(here)}
    return {one: titles.get(one, one) for one in block_ids}
