"""The packages that a CSP brought in itself and nobody signed, and how far each one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from blocks.installs._tables import BlockPackage, BlockUpload
from blocks.versions import precedence
from kernel.acting import Acting
from kernel.errors import NotFoundError
from marketplace.catalogue import store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.own._tables import MarketOwnRelease, OwnState
from marketplace.catalogue.store import NOT_THERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One package that was brought in.

    Attributes:
        brought_by_id: Who answers for that it was brought in; None where nobody is known.
        own_id: Of its review; None where it was never submitted.
        state: How far that is; None likewise.
        eyes: How many have to approve it; 0 where it was never submitted.
        is_offered: Whether customers are offered it.
    """

    digest: str
    listing_id: str
    version: str
    manifest: Mapping[str, Any]
    brought_at: datetime
    brought_by: str
    brought_by_id: UUID | None
    own_id: UUID | None
    state: OwnState | None
    eyes: int
    words: str
    submitted_by: str
    is_offered: bool

    def may_submit(self, eyes: int) -> bool:
        """Tell whether it may be submitted where so many have to approve.

        What was submitted while fewer had to may be again, or it could never be offered.
        """
        if self.state in (None, OwnState.REJECTED):
            return True
        return self.eyes < eyes and not self.is_offered


def require_csp(who: Acting) -> None:
    """Let only CSPs go on: who stands below one narrows what it offers; raises NotFoundError."""
    if who.tenant_kind != "csp":
        raise NotFoundError(NOT_THERE)


def list_brought(session: Session, who: Acting) -> list[Brought]:
    """List what the acting CSP brought in and nobody signed: by id, the highest version first.

    Raises:
        NotFoundError: who acts is no CSP.
    """
    require_csp(who)
    return _brought(session, who)


def get_brought(session: Session, who: Acting, digest: str) -> Brought:
    """Give one of them; raises NotFoundError."""
    require_csp(who)
    found = _brought(session, who, digest=digest)
    if not found:
        raise NotFoundError(NOT_THERE)
    return found[0]


def _brought(session: Session, who: Acting, *, digest: str = "") -> list[Brought]:
    wanted = (
        select(BlockPackage, BlockUpload)
        .join(BlockUpload, BlockUpload.digest == BlockPackage.digest)
        .where(BlockUpload.tenant_id == who.tenant_id)
        .options(defer(BlockPackage.archive))
    )
    if digest:
        wanted = wanted.where(BlockPackage.digest == digest)
    rows = [row for row in session.execute(wanted) if not row.BlockPackage.signers]
    reviews = _reviews(session, who, [row.BlockPackage.digest for row in rows])
    offered = {
        one
        for part in store.list_parts(session, who, PartKind.PRIVATE)
        for one in part.document["digests"]
    }
    found = [
        _one(row.BlockPackage, row.BlockUpload, reviews, row.BlockPackage.digest in offered)
        for row in rows
    ]
    found.sort(key=lambda one: precedence(one.version), reverse=True)
    return sorted(found, key=lambda one: one.listing_id)


def _reviews(
    session: Session, who: Acting, digests: Sequence[str]
) -> dict[str, MarketOwnRelease]:  # fmt: skip
    wanted = select(MarketOwnRelease).where(
        MarketOwnRelease.tenant_id == who.tenant_id, MarketOwnRelease.digest.in_(digests)
    )
    return {one.digest: one for one in session.scalars(wanted)}


def _one(
    package: BlockPackage,
    upload: BlockUpload,
    reviews: Mapping[str, MarketOwnRelease],
    is_offered: bool,  # noqa: FBT001  one fact of a row
) -> Brought:
    review = reviews.get(package.digest)
    return Brought(
        digest=package.digest,
        listing_id=package.block_id,
        version=package.version,
        manifest=package.manifest,
        brought_at=upload.uploaded_at,
        brought_by=upload.uploaded_by,
        brought_by_id=upload.uploaded_by_id,
        own_id=review.id if review is not None else None,
        state=review.state if review is not None else None,
        eyes=review.eyes if review is not None else 0,
        words=review.words if review is not None else "",
        submitted_by=review.submitted_by if review is not None else "",
        is_offered=is_offered,
    )
