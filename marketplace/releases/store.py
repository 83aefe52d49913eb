"""Releases as others see them: found, listed, with what the checks found and what was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from kernel.cursors import read_place
from kernel.errors import NotFoundError
from marketplace.releases._tables import (
    MarketRelease,
    MarketReleaseCheck,
    MarketReviewMessage,
    Outcome,
    Side,
)
from marketplace.releases.checks.pipeline import TITLES
from marketplace.releases.states import OVER, PUBLIC, Channel, ReleaseState

UNSEEN = (ReleaseState.CHECKING, ReleaseState.REFUSED)
"""The states in which nobody but its publisher knows of a release."""
OFFERED = (ReleaseState.LISTED, ReleaseState.DEPRECATED)
"""The states in which a release is to be had."""
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseView:
    """One submitted version; see the table for its fields."""

    id: UUID
    listing_id: str
    version: str
    owner_id: UUID
    kind: str
    title: str
    digest: str
    size_bytes: int
    state: ReleaseState
    channel: Channel
    level: str
    changelog: str
    submitted_at: datetime
    submitted_by: str
    submitted_by_id: UUID | None
    decided_at: datetime | None
    listed_at: datetime | None
    successor: str
    ends_on: date | None
    state_reason: str
    manifest: Mapping[str, Any]

    @property
    def namespace(self) -> str:
        """What the ids of its publisher's things begin with."""
        return self.listing_id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check of a release; `findings` are each a place and what is there."""

    name: str
    title: str
    outcome: Outcome
    words: str
    remedy: str
    findings: tuple[tuple[str, str], ...]
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A question or an answer about a release."""

    side: Side
    author: str
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """What a package's release says that the package does not.

    Attributes:
        level: A word of the quality scale; "" for a pack.
    """

    channel: Channel
    level: str
    is_deprecated: bool


def list_own(
    session: Session, tenant_id: UUID, *, limit: int, after: Sequence[str] | None = None
) -> list[ReleaseView]:
    """List what an organisation submitted, the latest first."""
    wanted = select(MarketRelease).where(MarketRelease.owner_id == tenant_id)
    place = (MarketRelease.submitted_at, MarketRelease.id)
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*read_place(after, parse_instant, UUID)))
    ordered = wanted.order_by(place[0].desc(), place[1].desc()).limit(limit)
    return [view_of(one) for one in session.scalars(ordered)]


def place_of(release: ReleaseView) -> list[str]:
    """Give where a page that ends with this release ended, for `after`."""
    return [format_instant(release.submitted_at), str(release.id)]


def get_own(session: Session, tenant_id: UUID, release_id: UUID) -> ReleaseView:
    """Give what an organisation submitted; raises NotFoundError for another's too."""
    return view_of(own_row(session, tenant_id, release_id))


def find_release(session: Session, listing_id: str, version: str) -> ReleaseView | None:
    """Find the one release of a version that was not turned down, public or not yet."""
    wanted = select(MarketRelease).where(
        MarketRelease.listing_id == listing_id,
        MarketRelease.version == version,
        MarketRelease.state.not_in(OVER),
    )
    row = session.scalar(wanted)
    return None if row is None else view_of(row)


def public_releases(session: Session, listing_id: str) -> list[ReleaseView]:
    """List the versions of a block or pack that everybody may know of, the latest first."""
    rows = session.scalars(
        select(MarketRelease)
        .where(MarketRelease.listing_id == listing_id, MarketRelease.state.in_(PUBLIC))
        .order_by(MarketRelease.listed_at.desc(), MarketRelease.id.desc())
    )
    return [view_of(one) for one in rows]


def facts_by_digest(session: Session, digests: Collection[str]) -> dict[str, ReleaseFacts]:
    """Say what everybody may know of the releases of some packages: of those on offer alone."""
    columns = (
        MarketRelease.digest,
        MarketRelease.channel,
        MarketRelease.level,
        MarketRelease.state,
    )
    offered = select(*columns).where(MarketRelease.state.in_(OFFERED))
    wanted = sorted(set(digests))
    return {
        digest: ReleaseFacts(
            channel=channel, level=level, is_deprecated=state is ReleaseState.DEPRECATED
        )
        for place in range(0, len(wanted), _AT_ONCE)
        for digest, channel, level, state in session.execute(
            offered.where(MarketRelease.digest.in_(wanted[place : place + _AT_ONCE]))
        )
    }


def archive_of(session: Session, release: ReleaseView) -> bytes:
    """Give the package of a release that the caller was let see."""
    return session.get_one(MarketRelease, release.id).archive


def checks_of(session: Session, release_id: UUID) -> list[CheckView]:
    """List the checks of a release in their turn."""
    rows = session.scalars(
        select(MarketReleaseCheck)
        .where(MarketReleaseCheck.release_id == release_id)
        .order_by(MarketReleaseCheck.place)
    )
    return [
        CheckView(
            name=one.name,
            title=TITLES.get(one.name, one.name),
            outcome=one.outcome,
            words=one.words,
            remedy=one.remedy,
            findings=tuple((found["where"], found["message"]) for found in one.findings),
            ended_at=one.ended_at,
        )
        for one in rows
    ]


def messages_of(session: Session, release_id: UUID) -> list[MessageView]:
    """List what was asked and answered about a release, the oldest first."""
    rows = session.scalars(
        select(MarketReviewMessage)
        .where(MarketReviewMessage.release_id == release_id)
        .order_by(MarketReviewMessage.written_at, MarketReviewMessage.id)
    )
    return [
        MessageView(side=one.side, author=one.author, text=one.text, written_at=one.written_at)
        for one in rows
    ]


def own_row(
    session: Session, tenant_id: UUID, release_id: UUID, *, lock: bool = False
) -> MarketRelease:
    """Give the row of what an organisation submitted, for this package's services alone."""
    wanted = select(MarketRelease).where(
        MarketRelease.id == release_id, MarketRelease.owner_id == tenant_id
    )
    return _one(session, wanted, release_id, lock=lock)


def any_row(session: Session, release_id: UUID, *, lock: bool = False) -> MarketRelease:
    """Give the row of a release, whoever's, that came as far as to review; for reviewers alone.

    What is still checked, or was refused by a check, is its publisher's alone.
    """
    wanted = select(MarketRelease).where(
        MarketRelease.id == release_id, MarketRelease.state.not_in(UNSEEN)
    )
    return _one(session, wanted, release_id, lock=lock)


def view_of(row: MarketRelease) -> ReleaseView:
    """Give a row as others see it."""
    return ReleaseView(
        id=row.id,
        listing_id=row.listing_id,
        version=row.version,
        owner_id=row.owner_id,
        kind=row.kind,
        title=row.manifest["title"],
        digest=row.digest,
        size_bytes=row.size_bytes,
        state=row.state,
        channel=row.channel,
        level=row.level,
        changelog=row.changelog,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        submitted_by_id=row.submitted_by_id,
        decided_at=row.decided_at,
        listed_at=row.listed_at,
        successor=row.successor,
        ends_on=row.ends_on,
        state_reason=row.state_reason,
        manifest=row.manifest,
    )


def _one(
    session: Session, wanted: Select[MarketRelease], release_id: UUID, *, lock: bool
) -> MarketRelease:
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError("no such release", id=str(release_id))
    return row
