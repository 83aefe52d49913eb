"""One listing as whoever may install it sees it: what it is, what it asks for, what it costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs import store as installs
from blocks.installs._tables import BlockPackage
from blocks.installs.model import Ask, InstallView, asks_of, new_asks
from blocks.manifest import Manifest, kept_manifest
from blocks.packages.package import Package, read_package
from blocks.pages import Part, parts_of
from blocks.versions import precedence
from kernel.errors import NotFoundError
from kernel.ids import sha256_of
from marketplace.browse.offers import Choice, Version, choice_of
from marketplace.browse.wording import Setting, settings_of
from marketplace.money.asking import PriceAsked, price_for
from marketplace.releases import store as releases
from marketplace.releases.public import Publisher, publisher_of
from marketplace.releases.states import Channel, ReleaseState
from marketplace.search.finding import get_listing
from marketplace.search.model import Entry, Visible
from marketplace.search.seeing import sees, visible_to
from marketplace.search.store import get_entry
from runtime.packs.store import InstalledView, find_installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A listing with the version that is looked at.

    Attributes:
        versions: All that may be looked at, the highest first.
        chosen: The one that is looked at; `archive` is its package's bytes.
        manifest: Of a block; None of a pack.
        asks: All that it asks for; `new` of these what nobody agreed to yet.
        installed: The versions of the block that are installed, the one installed last first.
        pack: The pack as it is installed; None where it is not, and of a block.
        asked: What it costs.
        mark: Tells what is agreed to here from what anything else would be.
    """

    entry: Entry
    publisher: Publisher
    versions: Sequence[Version]
    chosen: Version
    archive: bytes
    document: Mapping[str, Any]
    manifest: Manifest | None
    page: Sequence[Part]
    settings: Sequence[Setting]
    asks: Sequence[Ask]
    new: Sequence[Ask]
    asked: PriceAsked
    installed: Sequence[InstallView]
    pack: InstalledView | None
    mark: str

    @property
    def is_private(self) -> bool:
        """Tell whether it is a block of the provider's own."""
        return not self.entry.is_public

    @property
    def package(self) -> Package:
        """The package that is looked at."""
        return read_package(self.archive)

    @property
    def here(self) -> InstallView | None:
        """The install of the version that is looked at."""
        return next((one for one in self.installed if one.digest == self.chosen.digest), None)

    @property
    def is_here(self) -> bool:
        """Tell whether the version that is looked at is installed."""
        of_pack = self.pack is not None and self.pack.digest == self.chosen.digest
        return of_pack or self.here is not None

    @property
    def is_had(self) -> bool:
        """Tell whether any version of it is installed."""
        return bool(self.installed) or self.pack is not None

    @property
    def needs_tick(self) -> bool:
        """Tell whether somebody must agree: to what it may do, or to what it costs."""
        return bool(self.new) or not self.asked.is_free


def show(
    session: Session, tenant_id: UUID, listing_id: str, version: str = "", *, now: datetime
) -> Shown:
    """Show a listing to an organisation, and of it one version, the one on offer where "".

    Raises:
        NotFoundError: there is no such listing, or version of it, or it is not offered here.
    """
    visible = visible_to(session, tenant_id)
    entry = get_listing(session, listing_id, visible=visible)
    choice = choice_of(session, tenant_id, listing_id, visible)
    versions = _versions(session, listing_id, choice, visible)
    offered = choice.offer.release.version if choice.offer is not None else entry.version
    wanted = version or offered
    chosen = next((one for one in versions if one.version == wanted), None)
    if chosen is None:
        raise NotFoundError("no such version is offered here", listing=listing_id, version=wanted)
    return _shown(session, tenant_id, entry, choice, versions, chosen, now=now)


def _shown(  # noqa: PLR0913  a listing is made of all of these
    session: Session,
    tenant_id: UUID,
    entry: Entry,
    choice: Choice,
    versions: Sequence[Version],
    chosen: Version,
    *,
    now: datetime,
) -> Shown:
    archive = _archive(session, entry.listing_id, chosen, choice)
    package = read_package(archive)
    is_block = package.kind == "block"
    had = [
        one for one in installs.list_installs(session, tenant_id)
        if one.manifest.id == entry.listing_id
    ]  # fmt: skip
    asks = asks_of(package.manifest) if is_block else ()
    asked = price_for(session, tenant_id, entry.listing_id, now=now)
    presets = choice.offer.presets if choice.offer is not None else ()
    return Shown(
        entry=entry,
        publisher=publisher_of(session, entry.listing_id),
        versions=versions,
        chosen=chosen,
        archive=archive,
        document=package.manifest,
        manifest=kept_manifest(package.manifest) if is_block else None,
        page=parts_of(package.files.get("README.md", b"").decode("utf-8", "replace")),
        settings=settings_of(package.manifest.get("config", {}), presets) if is_block else (),
        asks=asks,
        new=new_asks(asks, [one.asks_for for one in had]),
        asked=asked,
        installed=had,
        pack=None if is_block else find_installed(session, tenant_id, entry.listing_id),
        mark=sha256_of(json.dumps([chosen.digest, list(map(dict, asks)), _prices_in(asked)])),
    )


def _prices_in(asked: PriceAsked) -> list[Any]:
    """Give what is agreed to of the prices; what is left of a trial period is none of it."""
    comes = [[one.valid_from.isoformat(), one.price.document()] for one in asked.comes]
    return [asked.is_charged, asked.now.document(), comes]


def _versions(session: Session, listing_id: str, choice: Choice, visible: Visible) -> list[Version]:
    if choice.private is not None:
        found = [_own(session, one.version, one.digest) for one in choice.private.releases]
    else:
        found = [
            _public(one, _seen_successor(session, one.successor, visible))
            for one in releases.public_releases(session, listing_id)
        ]
    if choice.offer is not None:
        found = [one for one in found if one.version in choice.offer.versions]
    return sorted(found, key=lambda one: precedence(one.version), reverse=True)


def _own(session: Session, version: str, digest: str) -> Version:
    added_at = session.get_one(BlockPackage, digest).added_at
    return Version(version, digest, ReleaseState.LISTED, False, (), added_at)


def _seen_successor(session: Session, listing_id: str, visible: Visible) -> str:
    """Give what takes its place, where whoever looks may know of it."""
    entry = get_entry(session, listing_id) if listing_id else None
    is_seen = entry is not None and sees(visible, listing_id, is_public=entry.is_public)
    return listing_id if is_seen else ""


def _public(one: releases.ReleaseView, successor: str) -> Version:
    return Version(
        version=one.version,
        digest=one.digest,
        state=one.state,
        is_beta=one.channel is Channel.BETA,
        notes=parts_of(one.changelog),
        listed_at=one.listed_at or one.submitted_at,
        reason=one.state_reason,
        ends_on=one.ends_on,
        successor=successor,
    )


def _archive(session: Session, listing_id: str, chosen: Version, choice: Choice) -> bytes:
    if choice.private is not None:
        return session.get_one(BlockPackage, chosen.digest).archive
    release = releases.find_release(session, listing_id, chosen.version)
    if release is None:
        raise NotFoundError("no such version", listing=listing_id, version=chosen.version)
    return releases.archive_of(session, release)
