"""The packs of a tenant, each once: what is offered of it, and what is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.versions import precedence
from kernel.cursors import read_place
from runtime.packs.offers import OfferView, list_offers
from runtime.packs.standard import blocks_of_pack, has_parts
from runtime.packs.store import InstalledView, list_installed

_Said = OfferView | InstalledView
State = Literal["offered", "installed", "upgrade available", "always there"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackView:
    """One pack: its highest version on offer, None where none is any more; what is installed.

    Attributes:
        blocks: Those of Garland's that stand in it; they are there whether it is installed or not.
    """

    pack_id: str
    title: str
    summary: str
    publisher: str
    offer: OfferView | None
    installed: InstalledView | None
    blocks: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """Say in a word how it stands."""
        if self.installed is None:
            is_bare = self.offer is not None and self.offer.is_standard
            return "always there" if is_bare and not has_parts(self.pack_id) else "offered"
        return "upgrade available" if self.upgrades_to else "installed"

    @property
    def upgrades_to(self) -> str:
        """Give the version on offer that follows the installed one; "" for none."""
        if self.installed is None or self.offer is None:
            return ""
        offered, installed = precedence(self.offer.version), precedence(self.installed.version)
        is_rebuilt = offered == installed and self.offer.digest != self.installed.digest
        return self.offer.version if offered > installed or is_rebuilt else ""

    @property
    def is_standard(self) -> bool:
        """Tell whether it comes with Garland."""
        return self.offer is not None and self.offer.is_standard


def list_packs(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    limit: int = 500,
    after: Sequence[str] | None = None,
) -> list[PackView]:
    """List packs by title; `q` finds a part of title, summary or id."""
    words = q.lower()
    found = sorted(every_pack(session, tenant_id).values(), key=_order)
    if words:
        found = [
            one for one in found if words in f"{one.title} {one.summary} {one.pack_id}".lower()
        ]
    if after is not None:
        place = tuple(read_place(after, str, str))
        found = [one for one in found if _order(one) > place]
    return found[:limit]


def place_of(pack: PackView) -> list[str]:
    """Give where a page that ends with this pack ended, for `after`."""
    return list(_order(pack))


def every_pack(session: Session, tenant_id: UUID) -> dict[str, PackView]:
    """Give every pack by its id; standard ones that hold nothing yet are left out."""
    highest: dict[str, OfferView] = {}
    for offer in list_offers(session, tenant_id):
        highest.setdefault(offer.pack_id, offer)
    installed = {one.pack_id: one for one in list_installed(session, tenant_id)}
    told: dict[str, _Said] = {**installed, **highest}
    return {
        pack_id: _view(pack_id, highest.get(pack_id), installed.get(pack_id), said)
        for pack_id, said in told.items()
        if pack_id in installed or not _is_empty(highest[pack_id])
    }


def _is_empty(offer: OfferView) -> bool:
    return offer.is_standard and not (blocks_of_pack(offer.pack_id) or has_parts(offer.pack_id))


def _view(
    pack_id: str, offer: OfferView | None, installed: InstalledView | None, said: _Said
) -> PackView:
    return PackView(
        pack_id=pack_id,
        title=said.title,
        summary=said.summary,
        publisher=said.publisher,
        offer=offer,
        installed=installed,
        blocks=blocks_of_pack(pack_id),
    )


def _order(pack: PackView) -> tuple[str, str]:
    return pack.title.lower(), pack.pack_id
