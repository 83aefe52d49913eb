"""What of the packages kept here the catalogues above a tenant do not offer it, and lend it.

Installing asks it. Where no provider above has a catalogue, nothing is kept back; and a package
that nobody signed, such as one that the tenant wrote itself, is not the catalogue's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from marketplace.catalogue.lending import lent_to
from marketplace.catalogue.looking import public_side, whole_sight
from marketplace.catalogue.store import has_catalogue


class CatalogueKeepsBack:
    """A `Curation` over the catalogues of providers."""

    def kept_back(
        self, session: Session, tenant_id: UUID, digests: Collection[str], *, now: datetime
    ) -> frozenset[str]:
        """Give the packages that a tenant's providers do not offer it."""
        whole = whole_sight(session, tenant_id)
        # what a provider keeps from its customers it may try itself
        sight = replace(whole, tree=whole.tree.down_to(whole.level))
        if not any(has_catalogue(session, one) for one in sight.tree.path):
            return frozenset()
        public, found = public_side(session, now=now), set()
        columns = (
            BlockPackage.digest,
            BlockPackage.block_id,
            BlockPackage.version,
            BlockPackage.signers,
        )
        rows = session.execute(select(*columns).where(BlockPackage.digest.in_([*digests])))
        for digest, block_id, version, signers in rows:
            # it is judged as it is itself, not as another signed package of its version
            listing = public.listing(block_id, digest=digest) if signers else None
            if listing is None:  # its owner's alone, or nobody's word holds for any of it
                continue
            offer = sight.whole(listing, block_id)
            if offer is None or version not in offer.versions:
                found.add(digest)
        return frozenset(found)

    def lent(self, session: Session, tenant_id: UUID, *, digest: str = "") -> Mapping[str, UUID]:
        """Give the unsigned packages that a tenant's providers offer it, each with who lends it."""
        return lent_to(session, tenant_id, digest=digest)
