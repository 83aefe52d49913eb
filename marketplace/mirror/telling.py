"""What an export tells: root, index, publishers, listings, advisories, recalls; and no customer.

Only what everybody may see of releases that this installation's own index lists. Nothing says who
uses what, who works for whom, or what anything costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.packages.trust import Index, encode_key
from kernel.clock import format_instant
from marketplace.advisories.store import all_advisories
from marketplace.mirror.layout import RECALLS, package_path, write_document
from marketplace.mirror.origin import MIRRORED
from marketplace.recalls.reading import recalls_of
from marketplace.releases._tables import MarketListing, MarketPublisher, MarketRelease
from marketplace.releases.states import PUBLIC, ReleaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What goes into a folder.

    Attributes:
        documents: By path, but for what is signed.
        packages: Each package's path and the id of its release, whose bytes are read one by one.
    """

    documents: Mapping[str, bytes]
    packages: Mapping[str, UUID]


def tell(session: Session, vendor_id: UUID, index: Index) -> Told:
    """Tell all that is listed here and by this installation's index."""
    documents: dict[str, bytes] = {}
    packages: dict[str, UUID] = {}
    for listing in _listings(session):
        rows = [one for one in _rows(session, listing.listing_id) if _is_listed(one, index)]
        if not rows:
            continue
        documents[f"listings/{listing.listing_id}.json"] = listing_document(listing, rows)
        namespace = f"publishers/{listing.namespace}.json"
        documents.setdefault(namespace, _publisher(session, listing.namespace, index))
        packages |= {
            package_path(one.digest): one.id
            for one in rows
            if one.state is not ReleaseState.RECALLED and one.digest not in index.revoked_digests
        }
    listed = {path.removeprefix("listings/").removesuffix(".json") for path in documents}
    for one in all_advisories(session):
        if one.owner_id != MIRRORED and one.listing_id in listed:
            documents[f"advisories/{one.advisory_id}.json"] = write_document(one.document())
    documents[RECALLS] = write_document(_recalls(session, vendor_id, listed, index))
    return Told(documents=documents, packages=packages)


def listing_document(listing: MarketListing, rows: list[MarketRelease]) -> bytes:
    """Write what is said of a listing and some of its releases."""
    said = {
        "listing": listing.listing_id,
        "kind": listing.kind,
        "title": listing.title,
        "summary": listing.summary,
        "support": listing.support,
        "releases": [_release(one) for one in rows],
    }
    return write_document(said)


def archive_of(session: Session, release_id: UUID) -> bytes:
    """Give the bytes of one package."""
    wanted = select(MarketRelease.archive).where(MarketRelease.id == release_id)
    return session.execute(wanted).scalar_one()


def _listings(session: Session) -> Iterator[MarketListing]:
    wanted = select(MarketListing).where(MarketListing.owner_id != MIRRORED)
    yield from session.scalars(wanted.order_by(MarketListing.listing_id))


def _rows(session: Session, listing_id: str) -> list[MarketRelease]:
    wanted = select(MarketRelease).where(
        MarketRelease.listing_id == listing_id, MarketRelease.state.in_(PUBLIC)
    )
    return list(session.scalars(wanted.order_by(MarketRelease.listed_at, MarketRelease.version)))


def _is_listed(row: MarketRelease, index: Index) -> bool:
    found = index.packages.get(row.listing_id, {}).get(row.version)
    return found is not None and found.digest == row.digest


def _release(row: MarketRelease) -> dict[str, Any]:
    listed_at = row.listed_at or row.submitted_at
    return {
        "version": row.version,
        "digest": row.digest,
        "state": row.state.value if row.state in PUBLIC else ReleaseState.LISTED.value,
        "channel": row.channel.value,
        "quality": row.level,
        "changelog": row.changelog,
        "listed_at": format_instant(listed_at),
        "successor": row.successor,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "reason": row.state_reason,
    }


def _publisher(session: Session, namespace: str, index: Index) -> bytes:
    """Write a publisher with the keys that the index knows, and which of them were revoked."""
    row = session.get_one(MarketPublisher, namespace)
    keys = index.publishers.get(namespace, {})
    revoked = {
        one: format_instant(index.revoked_keys[one]) for one in keys if one in index.revoked_keys
    }
    return publisher_document(row, [encode_key(one) for one in keys.values()], revoked)


def publisher_document(
    row: MarketPublisher, keys: list[str], revoked: Mapping[str, str]
) -> bytes:  # fmt: skip
    """Write a publisher."""
    said = {"publisher": 1, "namespace": row.namespace, "title": row.title, "support": row.support}
    return write_document({**said, "keys": sorted(keys), "revoked": dict(revoked)})


def _recalls(
    session: Session, vendor_id: UUID, listed: set[str], index: Index
) -> list[dict[str, Any]]:
    """List what the vendor recalled of what is listed, by digest; the index names the packages."""
    found = [
        one
        for one in recalls_of(session, vendor_id)
        if one.listing_id in listed
        and (known := index.packages.get(one.listing_id, {}).get(one.version)) is not None
        and known.digest == one.digest
    ]
    return [
        {
            "digest": one.digest,
            "listing": one.listing_id,
            "version": one.version,
            "reason": one.reason,
            "lets_finish": one.lets_finish,
        }
        for one in sorted(found, key=lambda one: one.digest)
    ]
