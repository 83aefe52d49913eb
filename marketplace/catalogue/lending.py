"""Which of a provider's own blocks those below it may install: packages that nobody signed.

Nobody's key vouches for them; the provider's curator does, who named each digest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from blocks.installs._tables import BlockPackage
from marketplace.catalogue._tables import MarketOverlayPart, PartKind
from marketplace.catalogue.looking import whole_sight
from marketplace.catalogue.public import Listing


def lent_to(session: Session, tenant_id: UUID, *, digest: str = "") -> Mapping[str, UUID]:
    """Give by digest the packages that the first provider above a tenant offers it, with its id.

    Those of versions that are offered to it count, as long as they are. Once somebody signed a
    block of that id, it is the public one that is meant.

    Args:
        session: The database.
        tenant_id: To whom.
        digest: The only package that is asked for; "" for all.
    """
    whole = whole_sight(session, tenant_id)
    sight = replace(whole, tree=whole.tree.down_to(whole.level))
    if not sight.tree.path:
        return {}
    lender_id = sight.tree.path[0]
    private = sight.tree.overlays[lender_id].private
    meant = {name: one for name, one in private.items() if not digest or _has(one, digest)}
    found: set[str] = set()
    for name in meant.keys() - _signed(session, meant):
        offer = sight.whole(None, name)
        if offer is not None:
            versions = {one.version: one.digest for one in meant[name].releases}
            found |= {versions[one] for one in offer.versions}
    return dict.fromkeys(found & {digest} if digest else found, lender_id)


def lends_package(
    tenant_id: InstrumentedAttribute[UUID], digest: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Tell inside a query whether a tenant offers a package as its own, so that it is kept here.

    Digests are searched as text: one stands nowhere in it but where it is meant.
    """
    return exists().where(
        MarketOverlayPart.tenant_id == tenant_id,
        MarketOverlayPart.kind == PartKind.PRIVATE,
        MarketOverlayPart.removed_at.is_(None),
        cast(MarketOverlayPart.document, Text).contains(digest),
    )


def _has(listing: Listing, digest: str) -> bool:
    return any(one.digest == digest for one in listing.releases)


def _signed(session: Session, block_ids: Collection[str]) -> set[str]:
    """Give those of some ids under which somebody signed a package, taken back or not."""
    if not block_ids:
        return set()
    wanted = select(BlockPackage.block_id, BlockPackage.signers)
    rows = session.execute(wanted.where(BlockPackage.block_id.in_(sorted(block_ids))))
    return {block_id for block_id, signers in rows if signers}
