"""What the providers above a tenant decided about the settings of blocks that it has.

Who is in an offer's audience and which version is offered says who may install; what was decided
of settings holds for each version that is installed, so that it does not end with an offer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.presets import Preset
from marketplace.catalogue._tables import MarketOverlayPart, PartKind
from marketplace.catalogue.overlay import Entry
from marketplace.catalogue.presets import Held, laid_over
from marketplace.catalogue.reading import read_entry
from marketplace.catalogue.store import CURATE
from tenancy.organisations import ancestors_of
from tenancy.plans.assigning import live_of
from tenancy.scope import as_tenant


class CatalogueDecides:
    """A `Decides` over the catalogues of providers."""

    def presets_for(
        self, session: Session, tenant_id: UUID, block_ids: Collection[str]
    ) -> dict[str, tuple[Preset, ...]]:
        """Give by block, of some, the settings that were decided on for a tenant.

        What a provider decides for its customers does not bind itself.
        """
        held: dict[str, dict[str, Held]] = {}
        for owner_id in providers_above(session, tenant_id):
            for entry in _entries(session, owner_id, block_ids):
                settings = held.setdefault(entry.listing_id, {})
                for one in entry.presets:
                    settings[one.name] = laid_over(settings.get(one.name), one, owner_id)
        return {
            block_id: tuple(settings[name].preset for name in sorted(settings))
            for block_id, settings in held.items()
            if settings
        }


def providers_above(session: Session, tenant_id: UUID) -> list[UUID]:
    """List those above a tenant that have a catalogue, from the top down.

    Above an environment stand those that stand above its live organisation.
    """
    above = ancestors_of(session, live_of(session, tenant_id))
    return [one.id for one in reversed(above) if one.kind in CURATE]


def _entries(session: Session, owner_id: UUID, block_ids: Collection[str]) -> Iterator[Entry]:
    wanted = select(MarketOverlayPart.key, MarketOverlayPart.document).where(
        MarketOverlayPart.tenant_id == owner_id,
        MarketOverlayPart.kind == PartKind.ENTRY,
        MarketOverlayPart.removed_at.is_(None),
        MarketOverlayPart.key.in_(sorted(block_ids)),
    )
    with as_tenant(session, owner_id):
        rows = session.execute(wanted).all()
    return (read_entry(key, document) for key, document in rows)
