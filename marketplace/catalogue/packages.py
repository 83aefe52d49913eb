"""Listings made of what is here: signed packages and listed releases are public, others one's own.

What a package does not say itself its release on the marketplace does: for whom it is, its quality
level, and whether its publisher advises against it. A release that is listed is public before
anybody brought its package.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage, BlockUpload
from blocks.installs.vouching import taken_back
from blocks.quality import Level
from blocks.versions import precedence
from marketplace.catalogue.judging import level_named
from marketplace.catalogue.overlay import CONNECTION
from marketplace.catalogue.public import Channel, Listing, Release
from marketplace.releases._tables import MarketRelease
from marketplace.releases.store import OFFERED, ReleaseFacts, facts_by_digest

_FACTS = (
    BlockPackage.digest,
    BlockPackage.block_id,
    BlockPackage.version,
    BlockPackage.manifest,
    BlockPackage.signers,
    BlockPackage.vouched_in,
)
_Facts = Row[tuple[str, str, str, dict[str, Any], Any, dict[str, Any]]]


class SignedPackages:
    """What somebody vouches for and nobody took back: a `PublicSide`."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        self._session = session
        self._is_taken_back = taken_back(session, now=now)
        # whatever language the database speaks: its pages are merged with lists of our own
        collation = "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
        self._by_id = BlockPackage.block_id.collate(collation)
        self._by_listing = MarketRelease.listing_id.collate(collation)

    def listing(self, listing_id: str, *, digest: str = "") -> Listing | None:
        """Give the block of that id with each version that is signed or listed."""
        found = self._read([listing_id], digest=digest)
        return next(iter(found), None)

    def page(self, *, q: str, after: str, limit: int) -> Sequence[Listing]:
        """List blocks by id; `q` is looked for in the id and the title of any version."""
        found: list[Listing] = []
        last: str | None = after
        while last is not None and len(found) < limit:
            wanted = limit - len(found)
            ids = self._ids(q=q, after=last, limit=wanted)
            found += self._read(ids)
            last = ids[-1] if len(ids) == wanted else None
        return found

    def _ids(self, *, q: str, after: str, limit: int) -> list[str]:
        packages = self._paged(self._by_id, BlockPackage.manifest, q=q, after=after, limit=limit)
        listed = self._paged(
            self._by_listing, MarketRelease.manifest, q=q, after=after, limit=limit
        ).where(MarketRelease.state.in_(OFFERED))
        found = {*self._session.scalars(packages), *self._session.scalars(listed)}
        return sorted(found)[:limit]

    def _paged(
        self, by_id: ColumnElement[str], manifest: Any, *, q: str, after: str, limit: int
    ) -> Select[str]:
        wanted = select(by_id).where(by_id > after)
        if q:
            said = [func.lower(by_id), func.lower(manifest["title"].as_string())]
            wanted = wanted.where(or_(*(one.contains(q.lower(), autoescape=True) for one in said)))
        return wanted.distinct().order_by(by_id).limit(limit)

    def _read(self, ids: Sequence[str], *, digest: str = "") -> list[Listing]:
        is_meant = BlockPackage.digest == digest
        order = (self._by_id, is_meant, BlockPackage.added_at, BlockPackage.digest)
        packages = select(*_FACTS).where(BlockPackage.block_id.in_(ids)).order_by(*order)
        here = self._session.execute(packages).all()
        signed = {row.digest for row in here if row.signers}  # each judged by itself
        rows = [*self._listed(ids, signed), *(row for row in here if self._is_public(row))]
        rows.sort(key=lambda row: row.block_id)  # stays in order otherwise: the later counts
        told = facts_by_digest(self._session, [row.digest for row in rows])
        return list(_listings(rows, told))

    def _listed(self, ids: Sequence[str], known: Collection[str]) -> list[Any]:
        """Give the releases that are listed and whose package nobody brought yet."""
        wanted = (
            select(
                MarketRelease.digest,
                MarketRelease.listing_id.label("block_id"),
                MarketRelease.version,
                MarketRelease.manifest,
            )
            .where(MarketRelease.listing_id.in_(ids), MarketRelease.state.in_(OFFERED))
            .order_by(self._by_listing, MarketRelease.digest)
        )
        rows = self._session.execute(wanted)
        return [
            row for row in rows
            if row.digest not in known and not self._is_taken_back(row.digest, (), {})
        ]  # fmt: skip

    def _is_public(self, row: _Facts) -> bool:
        signers: Collection[str] = row.signers
        return bool(signers) and not self._is_taken_back(row.digest, signers, row.vouched_in)


def private_listings(
    session: Session, owner_id: UUID, digests: Iterable[str]
) -> dict[str, Listing]:
    """Give a provider's own blocks by id, of those packages that it brought and nobody signed."""
    wanted = (
        select(*_FACTS)
        .join(BlockUpload, BlockUpload.digest == BlockPackage.digest)
        .where(BlockUpload.tenant_id == owner_id, BlockPackage.digest.in_([*digests]))
        .order_by(BlockPackage.block_id, BlockPackage.added_at)
    )
    kept = [row for row in session.execute(wanted) if not row.signers]
    return {one.listing_id: one for one in _listings(kept, {}, private_to=owner_id)}


def release_of(
    manifest: Mapping[str, Any],
    *,
    digest: str,
    channel: Channel,
    level: Level = Level.NONE,
    is_deprecated: bool = False,
) -> Release:  # fmt: skip
    """Give a release of a manifest that was checked when it came."""
    asks = {one["name"] for one in manifest.get("permissions", ())}
    return Release(
        version=manifest["version"],
        digest=digest,
        channel=channel,
        permissions=frozenset(asks | ({CONNECTION} if manifest.get("secrets") else set())),
        level=level,
        licence=manifest.get("licence", ""),
        config=manifest.get("config", {}),
        is_deprecated=is_deprecated,
    )


def _listings(
    rows: Sequence[Any], told: Mapping[str, ReleaseFacts], *, private_to: UUID | None = None
) -> Iterator[Listing]:
    """Make listings of rows that stand by id; of two packages of one version the later counts."""
    by_id: dict[str, dict[str, Any]] = {}
    for row in rows:
        by_id.setdefault(row.block_id, {})[row.version] = row
    for listing_id, versions in by_id.items():
        newest = versions[max(versions, key=precedence)].manifest
        yield Listing(
            listing_id=listing_id,
            title=newest["title"],
            summary=newest["summary"],
            publisher=newest["publisher"],
            private_to=private_to,
            releases=tuple(_release(row, told.get(row.digest)) for row in versions.values()),
        )


def _release(row: Any, told: ReleaseFacts | None) -> Release:
    """Give a package as its release tells of it; one without is as ripe as its version says."""
    if told is None:
        channel = Channel.BETA if "-" in row.version else Channel.STABLE
        return release_of(row.manifest, digest=row.digest, channel=channel)
    return release_of(
        row.manifest,
        digest=row.digest,
        channel=Channel(told.channel.value),
        level=level_named(told.level) if told.level else Level.NONE,
        is_deprecated=told.is_deprecated,
    )
