"""What could be installed for the palette: blocks by themselves, and packs that bring some."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.offering import waiting
from blocks.installs.vouching import taken_back
from blocks.packages.signing import NotTrustedError
from kernel.errors import InvalidError
from runtime.packs import offers
from runtime.packs.listing import PackView, list_packs
from runtime.packs.parts import block_titles
from tenancy.members import MemberView, list_members

KEPT_MOST = 1_000
"""Packs of which a process keeps what blocks are in them: those read last."""
_titles: OrderedDict[str, tuple[str, ...]] = OrderedDict()
_keeping = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One thing that may be installed.

    Attributes:
        key: A block's digest, a pack's id.
        version: The one that would come, of a pack.
        blocks: The titles of the blocks that a pack brings.
        is_upgrade: Whether an earlier version is installed.
    """

    kind: Literal["block", "pack"]
    key: str
    version: str
    title: str
    summary: str
    publisher: str
    blocks: tuple[str, ...] = ()
    is_upgrade: bool = False

    def is_about(self, q: str) -> bool:
        """Tell whether each word of a search stands somewhere in what is said of it."""
        said = " ".join([self.title, self.summary, self.publisher, *self.blocks]).lower()
        return all(word in said for word in q.lower().split())


def coming(session: Session, tenant_id: UUID, *, now: datetime) -> list[Coming]:
    """List what a tenant may install and would bring blocks, by title."""
    blocks = [
        Coming(
            kind="block",
            key=one.digest,
            version=one.manifest.version,
            title=one.manifest.title,
            summary=one.manifest.summary,
            publisher=one.manifest.publisher,
        )
        for one in waiting(session, tenant_id, now=now)
    ]
    found = [*blocks, *_packs(session, tenant_id, now=now)]
    return sorted(found, key=lambda one: (one.title.lower(), one.key))


def who_may_install(session: Session, tenant_id: UUID) -> list[MemberView]:
    """List the members of a tenant who may install blocks, by name."""
    return [one for one in list_members(session, tenant_id) if "blocks.edit" in one.permissions]


def _packs(session: Session, tenant_id: UUID, *, now: datetime) -> Iterator[Coming]:
    is_taken_back = taken_back(session, now=now)
    for pack in list_packs(session, tenant_id):
        offer = pack.offer
        if pack.state not in ("offered", "upgrade available") or offer is None:
            continue
        if is_taken_back(offer.digest, offer.signers, {}):
            continue
        titles = _blocks_of(session, tenant_id, offer, now=now)
        if titles:
            yield _coming_pack(pack, offer, titles)


def _coming_pack(pack: PackView, offer: offers.OfferView, titles: tuple[str, ...]) -> Coming:
    return Coming(
        kind="pack",
        key=pack.pack_id,
        version=offer.version,
        title=pack.title,
        summary=pack.summary,
        publisher=pack.publisher,
        blocks=titles,
        is_upgrade=pack.installed is not None,
    )


def _blocks_of(
    session: Session, tenant_id: UUID, offer: offers.OfferView, *, now: datetime
) -> tuple[str, ...]:
    """Give the titles of the blocks in a pack; of one that cannot be installed any more none.

    What a digest names never changes: a pack is read once for each process.
    """
    with _keeping:
        if (kept := _titles.get(offer.digest)) is not None:
            return kept
    try:
        package, _ = offers.package_of(session, tenant_id, offer, now=now)
    except (InvalidError, NotTrustedError):
        return ()
    titles = block_titles(package)
    with _keeping:
        _titles[offer.digest] = titles
        while len(_titles) > KEPT_MOST:
            _titles.popitem(last=False)
    return titles
