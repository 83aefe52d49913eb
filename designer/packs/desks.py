"""The desk that parts of a pack are made at: for whom, with the doors to blocks."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.errors import ForbiddenError
from kernel.secrets import Vault
from runtime.flows.installing import install
from runtime.packs.desk import BlockDoors, Desk
from runtime.where_used.needing import what_uses

DOORS = BlockDoors(install=install, what_uses=what_uses)


def desk_of(session: Session, who: Acting, vault: Vault) -> Desk:
    """Give the desk of who acts."""
    return Desk(
        session=session,
        tenant_id=who.tenant_id,
        by=who.person_name,
        by_id=who.vouched_by,
        now=utc_now(),
        vault=vault,
        doors=DOORS,
        require=partial(require_each, who),
    )


def require_each(who: Acting, permissions: Collection[str]) -> None:
    """Refuse who may not change every kind of thing that a pack brings; raises ForbiddenError."""
    missing = sorted(one for one in permissions if not who.may(one))
    if missing:
        raise ForbiddenError(
            f"this pack brings what your role ({who.role}) may not change: ask an admin of "
            f"{who.tenant_name}",
            permission=missing[0],
        )
