"""What an organisation has of a listing that it is offered no more: enough to part with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs import store as installs
from kernel.errors import NotFoundError
from marketplace.money.asking import PriceAsked, price_for
from marketplace.search.finding import seen_among
from marketplace.search.seeing import visible_to
from runtime.packs.store import find_installed


@dataclass(frozen=True, slots=True, kw_only=True)
class HadVersion:
    """A version that is installed; `reason` says why it may not be used, "" where it may."""

    version: str
    reason: str
    installed_at: datetime
    installed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """A block or pack that is installed and not offered; nothing of its listing is told."""

    listing_id: str
    title: str
    is_block: bool
    versions: Sequence[HadVersion]
    asked: PriceAsked


def what_is_had(session: Session, tenant_id: UUID, listing_id: str, *, now: datetime) -> Had:
    """Give what an organisation has of a listing that it does not see.

    Raises:
        NotFoundError: it has nothing of it, or sees the listing.
    """
    if seen_among(session, [listing_id], visible=visible_to(session, tenant_id)):
        raise NotFoundError("no such version is offered here", listing=listing_id)
    blocks = [
        one for one in installs.list_installs(session, tenant_id) if one.manifest.id == listing_id
    ]
    pack = find_installed(session, tenant_id, listing_id)
    if not blocks and pack is None:
        raise NotFoundError("no such listing", listing_id=listing_id)
    found = [
        HadVersion(
            version=one.manifest.version,
            reason=one.reason,
            installed_at=one.installed_at,
            installed_by=one.installed_by,
        )
        for one in blocks
    ]
    if pack is not None:
        found.append(
            HadVersion(
                version=pack.version,
                reason="",
                installed_at=pack.installed_at,
                installed_by=pack.installed_by,
            )
        )
    return Had(
        listing_id=listing_id,
        title=blocks[0].manifest.title if blocks else pack.title if pack is not None else "",
        is_block=bool(blocks),
        versions=found,
        asked=price_for(session, tenant_id, listing_id, now=now),
    )
