"""Submitting a package: whose it is, which version, and the checks that now wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from blocks.packages.package import Package, read_package
from blocks.packages.signing import NotTrustedError
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from marketplace.releases._tables import (
    SUMMARY_MAX,
    TEXT_MAX,
    TITLE_MAX,
    WHO_MAX,
    MarketListing,
    MarketPublisherKey,
    MarketRelease,
    MarketReleaseCheck,
    Outcome,
)
from marketplace.releases.checks.of_packages import signed_by
from marketplace.releases.checks.pipeline import CHECKS
from marketplace.releases.publishers import PublisherView, keys_of, require_publisher
from marketplace.releases.states import Channel, ReleaseState, follow
from marketplace.releases.store import ReleaseView, archive_of, find_release, own_row, view_of
from tenancy.audit.trail import About, Actor, note

CHANGELOG_FILE = "CHANGELOG.md"
_VERSION = re.compile(
    r"^#*[ \t]*\[?v?([0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?)", re.MULTILINE
)
"""The first entry of a list of changes: a line that begins with a version."""
SIGNED_ANEW = "The same content was submitted with other signatures, which took its place."


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A package and what is said with it.

    Attributes:
        data: The `.gblk`.
        channel: For whom it is meant; None for what its version says: beta for a pre-release.
        changelog: What is new; "" for what the package's own CHANGELOG.md begins with, where that
            is of this version.
    """

    data: bytes
    channel: Channel | None = None
    changelog: str = ""


def submit(
    session: Session, tenant_id: UUID, submission: Submission, *, by: Actor, now: datetime
) -> ReleaseView:
    """Take a release in to be checked; the very same one again changes nothing.

    The same content in another file, as when it was signed only then, takes the place of the one
    that is still being checked: a signature is none of the content that a digest is of.

    Raises:
        ArchiveError, NotTrustedError, InvalidError: as `read_package`; or the namespace is not
            theirs, or the channel does not fit the version.
        ConflictError: another package was submitted as this version.
    """
    package = read_package(submission.data)
    listing_id, version = str(package.manifest["id"]), str(package.manifest["version"])
    publisher = require_publisher(session, tenant_id, str(package.manifest["publisher"]))
    channel = submission.channel or usual_channel(version)
    require_channel(channel, version)
    known = find_release(session, listing_id, version)
    if known is not None and known.digest == package.digest:
        if not _is_signed_anew(session, known, submission.data):
            return known
        _put_by(session, tenant_id, known, by=by, now=now)
        known = None
    told = f"{listing_id} {version} was submitted already, as another package: raise the version"
    refusal = ConflictError(told, listing=listing_id, version=version)
    if known is not None:
        raise refusal
    _draft_listing(session, package, publisher, by=by, now=now)
    row = _row(package, submission, channel)
    row.owner_id, row.submitted_at = tenant_id, now
    row.submitted_by, row.submitted_by_id = by.name[:WHO_MAX], by.id
    with or_taken(session, refusal):
        session.add(row)
        session.flush()
    session.add_all(
        MarketReleaseCheck(
            release_id=row.id,
            name=one.name,
            place=place,
            outcome=Outcome.WAITING,
            findings=[],
        )
        for place, one in enumerate(CHECKS)
    )
    session.flush()
    _note_keys_used(session, package, publisher.namespace, now=now)
    about = About(kind="release", id=row.id, name=f"{listing_id} {version}")
    facts = {"digest": row.digest, "channel": channel.value}
    note(session, tenant_id, "release.submitted", now=now, about=about, facts=facts, by=by)
    return view_of(row)


def usual_channel(version: str) -> Channel:
    """Say for whom a version is meant where nothing else is said.

    >>> usual_channel("1.0.0-rc.1").value, usual_channel("1.0.0").value
    ('beta', 'stable')
    """
    return Channel.BETA if "-" in version else Channel.STABLE


def require_channel(channel: Channel, version: str) -> None:
    """Refuse a pre-release for everybody: semver 2.0.0, clause 9, says it may be unstable.

    Raises:
        InvalidError: a version such as 1.0.0-rc.1 is meant for the stable channel.
    """
    if channel is Channel.STABLE and "-" in version:
        told = f"channel: {version} is a pre-release, which only beta takes"
        raise InvalidError(told, problems=[Problem("/channel", told)])


def changelog_in(files: Mapping[str, bytes], version: str) -> str:
    """Give how a package's own CHANGELOG.md begins; "" where it has none of this version.

    >>> changelog_in({"CHANGELOG.md": b"## 1.0.0: the first version"}, "1.1.0")
    ''
    """
    text = files.get(CHANGELOG_FILE, b"").decode("utf-8", "replace").strip()
    first = _VERSION.search(text)
    return "" if first is not None and first[1] != version else text[:TEXT_MAX]


def _is_signed_anew(session: Session, known: ReleaseView, data: bytes) -> bool:
    """Tell whether a release that is being checked is submitted again with other signatures."""
    return known.state is ReleaseState.CHECKING and archive_of(session, known) != data


def _put_by(
    session: Session, tenant_id: UUID, known: ReleaseView, *, by: Actor, now: datetime
) -> None:
    """End a release that is being checked; the process that checks it leaves it by itself."""
    row = own_row(session, tenant_id, known.id, lock=True)
    row.state = follow(row.state, ReleaseState.REFUSED)
    row.state_reason, row.decided_at, row.claimed_until = SIGNED_ANEW, now, None
    session.execute(
        update(MarketReleaseCheck)
        .where(
            MarketReleaseCheck.release_id == row.id,
            MarketReleaseCheck.outcome.in_((Outcome.WAITING, Outcome.RUNNING)),
        )
        .values(outcome=Outcome.SKIPPED, words="It was not done.")
    )
    session.flush()
    about = About(kind="release", id=row.id, name=f"{row.listing_id} {row.version}")
    note(session, tenant_id, "release.withdrawn", now=now, about=about, by=by)


def _note_keys_used(session: Session, package: Package, namespace: str, *, now: datetime) -> None:
    """Note which keys signed it; what is wrong with a signature, the checks say."""
    try:
        used = signed_by(package, keys_of(session, namespace))
    except NotTrustedError:
        return
    session.execute(
        update(MarketPublisherKey)
        .where(MarketPublisherKey.namespace == namespace, MarketPublisherKey.key_id.in_(used))
        .values(last_used_at=now)
    )


def _row(package: Package, submission: Submission, channel: Channel) -> MarketRelease:
    return MarketRelease(
        id=new_id(),
        listing_id=package.manifest["id"],
        version=package.manifest["version"],
        kind=package.kind,
        digest=package.digest,
        manifest=dict(package.manifest),
        archive=submission.data,
        size_bytes=len(submission.data),
        state=ReleaseState.CHECKING,
        channel=channel,
        changelog=submission.changelog.strip()[:TEXT_MAX]
        or changelog_in(package.files, str(package.manifest["version"])),
    )


def _draft_listing(
    session: Session, package: Package, publisher: PublisherView, *, by: Actor, now: datetime
) -> None:
    """Begin the listing with the first release of a block or pack; later ones leave it."""
    listing_id = str(package.manifest["id"])
    known = session.get(MarketListing, listing_id)
    if known is not None:
        if known.kind != package.kind:
            told = f"{listing_id} is listed as a {known.kind}: give the {package.kind} another id"
            raise ConflictError(told, listing=listing_id)
        return
    session.add(
        MarketListing(
            listing_id=listing_id,
            namespace=publisher.namespace,
            owner_id=publisher.owner_id,
            kind=package.kind,
            title=str(package.manifest["title"])[:TITLE_MAX],
            summary=str(package.manifest["summary"])[:SUMMARY_MAX],
            support=publisher.support,
            changed_at=now,
            changed_by=by.name[:WHO_MAX],
        )
    )
    session.flush()
