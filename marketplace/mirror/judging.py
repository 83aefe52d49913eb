"""What a folder would change here, and why it is not taken; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.packages.merged import collisions
from blocks.packages.mirrored import Judged, judge
from blocks.packages.trusted import own_index
from marketplace.advisories._tables import MarketAdvisory
from marketplace.mirror._tables import THE_ONLY, MarketMirrorSource
from marketplace.mirror.layout import Manifest, MirrorError
from marketplace.mirror.origin import MIRRORED
from marketplace.mirror.reading import Documents, Opened, check_keys, is_carried
from marketplace.mirror.taking_back import lines_of, require_own_words
from marketplace.releases._tables import (
    MarketListing,
    MarketPublisher,
    MarketRelease,
    PublisherState,
)
from marketplace.releases.states import OVER, ReleaseState

_STAYS = (ReleaseState.RECALLED,)
"""What a release stays here whatever a folder says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What taking a folder in would change.

    Attributes:
        judged: Its root and index.
        wanted: The releases whose packages have to be taken in, each with its listing.
        lines: What is new or otherwise, for people, in the order of what it is about.
    """

    judged: Judged
    wanted: tuple[tuple[str, Mapping[str, Any]], ...]
    lines: tuple[str, ...]


def find_changes(
    session: Session,
    vendor_id: UUID,
    opened: Opened,
    documents: Documents,
    *,
    trust: str,
    now: datetime,
) -> Changes:
    """Say what would change; `vendor_id` is who would recall here.

    Raises:
        NotTrustedError: as `mirrored.judge`.
        MirrorError: `mirror.old`, `mirror.collision`, `mirror.keys`, `mirror.other`,
            `mirror.document`.
    """
    judged = judge(session, opened.root, opened.index(), trust=trust, now=now)
    _refuse_older(session, opened.manifest, judged)
    _refuse_collisions(session, documents, judged, now=now)
    check_keys(documents, judged.index)
    require_own_words(session, documents, judged)
    known = {(one.listing_id, one.version): one for one in _mirrored_releases(session)}
    wanted = []
    for listing_id, release in documents.releases():
        row = known.get((listing_id, release["version"]))
        if row is not None and row.digest != release["digest"]:
            message = (
                f"{listing_id} {release['version']} is known here as another package, and a "
                "version is one package for good: ask where the folder comes from."
            )
            raise MirrorError("other", message, listing=listing_id)
        if row is None and is_carried(release, judged.index):
            wanted.append((listing_id, release))
    lines = [*_listing_lines(session, documents), *_release_lines(documents, known, judged)]
    lines += lines_of(session, vendor_id, documents, judged, now=now)
    lines += _advisory_lines(session, documents)
    return Changes(judged=judged, wanted=tuple(wanted), lines=tuple(lines))


def _refuse_older(session: Session, manifest: Manifest, judged: Judged) -> None:
    row = session.get(MarketMirrorSource, THE_ONLY)
    if row is None or not judged.follows:
        return
    is_other = manifest.serial == row.serial and manifest.content != row.content
    if manifest.serial < row.serial or is_other:
        message = (
            f"This export has the serial {manifest.serial}; {row.serial} was taken already. "
            "Export anew where it comes from."
        )
        raise MirrorError("old", message, serial=manifest.serial, known=row.serial)


def _refuse_collisions(
    session: Session, documents: Documents, judged: Judged, *, now: datetime
) -> None:
    """Refuse a folder that speaks for a namespace which is somebody's here."""
    wanted = select(MarketPublisher.namespace).where(
        MarketPublisher.owner_id != MIRRORED, MarketPublisher.state != PublisherState.REFUSED
    )
    found = set(session.scalars(wanted)) & set(documents.publishers)
    if judged.is_beside:
        found |= set(collisions(own_index(session, now=now), judged.index))
    if found:
        named = ", ".join(sorted(found))
        message = (
            f"These namespaces are of publishers here and of others there: {named}. A namespace "
            "is one publisher's: refuse the claim here, or publish under another name."
        )
        raise MirrorError("collision", message, namespaces=sorted(found))


def _mirrored_releases(session: Session) -> list[MarketRelease]:
    wanted = select(MarketRelease).where(
        MarketRelease.owner_id == MIRRORED, MarketRelease.state.not_in(OVER)
    )
    return list(session.scalars(wanted))


def _listing_lines(session: Session, documents: Documents) -> list[str]:
    lines = []
    for listing_id, said in documents.listings.items():
        row = session.get(MarketListing, listing_id)
        if row is None:
            lines.append(f"{listing_id}: new, {said['title']}")
        elif row.kind != said["kind"]:
            message = f"{listing_id} is a {row.kind} here and a {said['kind']} there."
            raise MirrorError("document", message)
        elif any(getattr(row, name) != said[name] for name in ("title", "summary", "support")):
            lines.append(f"{listing_id}: described otherwise")
    return lines


def _release_lines(
    documents: Documents, known: Mapping[tuple[str, str], MarketRelease], judged: Judged
) -> list[str]:
    lines = []
    for listing_id, said in documents.releases():
        row = known.get((listing_id, said["version"]))
        name = f"{listing_id} {said['version']}"
        if row is None and is_carried(said, judged.index):
            lines.append(f"{name}: new, {said['state']}")
        elif row is not None and row.state.value != said["state"] and row.state not in _STAYS:
            lines.append(f"{name}: {said['state']}, was {row.state.words}")
    return lines


def _advisory_lines(session: Session, documents: Documents) -> list[str]:
    lines = []
    for name, said in documents.advisories.items():
        row = session.get(MarketAdvisory, name)
        if row is not None and row.owner_id != MIRRORED:
            raise MirrorError("collision", f"The advisory {name} was written here.")
        if row is None:
            lines.append(f"{name}: new, {said['severity']}, of {said['listing']}")
        elif said["withdrawn_at"] is not None and row.withdrawn_at is None:
            lines.append(f"{name}: withdrawn")
    return lines
