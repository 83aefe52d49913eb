"""Recalling a package: a provider withdraws it from those below it, and nobody installs it anew.

The runs that are under way may be let finish; unlike a block that is held, nobody below can let
it be used again. It differs from revoking, by which a publisher's word is taken back for the
whole installation and which needs the root's key.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._changes import note_change
from blocks.installs._tables import WHO_MAX, BlockInstall, BlockRecall
from blocks.registry import Standing
from kernel.errors import ConflictError
from tenancy.organisations import ancestors_of
from tenancy.scope import system


class RecalledError(ConflictError):
    """A package was recalled, and is not installed any more."""

    code = "block.recalled"


def keep_recall(
    session: Session, owner_id: UUID, digest: str, *, reason: str, now: datetime
) -> bool:
    """Let nobody whom an owner reaches install a package; False where it was recalled already."""
    if session.get(BlockRecall, (digest, owner_id)) is not None:
        return False
    session.add(
        BlockRecall(digest=digest, owner_id=owner_id, reason=reason[:WHO_MAX], recalled_at=now)
    )
    session.flush()
    return True


def withdraw_from(
    session: Session, among: Collection[UUID], digest: str, *, reason: str, lets_finish: bool
) -> int:
    """Withdraw a package from some organisations; give how many had it and could use it.

    Every process sees it with its next transaction.
    """
    meant = set(among)
    wanted = select(BlockInstall).where(BlockInstall.digest == digest)
    with system(session):
        rows = [one for one in session.scalars(wanted) if one.tenant_id in meant]
        for row in rows:
            may_finish = lets_finish and (row.state is not Standing.WITHDRAWN or row.lets_finish)
            row.state, row.lets_finish = Standing.WITHDRAWN, may_finish
            row.reason = reason[:WHO_MAX]
        if rows:
            note_change(session)
    return len(rows)


def refuse_recalled(session: Session, tenant_id: UUID, digest: str) -> None:
    """Refuse what an organisation, or one above it, recalled.

    Raises:
        RecalledError: with the reason.
    """
    reason = recalled_among(session, tenant_id, [digest]).get(digest)
    if reason is not None:
        raise RecalledError(f"this version was recalled ({reason}): choose another", digest=digest)


def recalled_among(
    session: Session, tenant_id: UUID, digests: Collection[str]
) -> dict[str, str]:  # fmt: skip
    """Give those of some packages that an organisation, or one above it, recalled, with why."""
    rows = session.scalars(select(BlockRecall).where(BlockRecall.digest.in_([*digests]))).all()
    if not rows:
        return {}
    reached_by = {tenant_id, *(one.id for one in ancestors_of(session, tenant_id))}
    return {one.digest: one.reason for one in rows if one.owner_id in reached_by}


def recalled_by(session: Session, owner_id: UUID) -> dict[str, str]:
    """Give the packages that an owner itself recalled, with why; none is ever let go again."""
    columns = (BlockRecall.digest, BlockRecall.reason)
    rows = session.execute(select(*columns).where(BlockRecall.owner_id == owner_id))
    return {row.digest: row.reason for row in rows}
