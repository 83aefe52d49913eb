"""The vendor's review: the queue, questions and answers, verdicts of two, and listing at last.

Everything but `answer` is for the vendor alone: the edge lets nobody else in, by permissions that
mean nothing in other organisations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from blocks.installs import offering
from blocks.packages.package import read_package
from blocks.packages.signing import NotTrustedError
from blocks.packages.trusted import admit, current_index
from kernel.clock import parse_instant
from kernel.cursors import read_place
from kernel.errors import ConflictError, ForbiddenError
from kernel.ids import new_id
from marketplace.releases._tables import (
    TEXT_MAX,
    WHO_MAX,
    MarketRelease,
    MarketReview,
    MarketReviewMessage,
    Side,
    Verdict,
)
from marketplace.releases.checking import last_before
from marketplace.releases.comparing import difference_between
from marketplace.releases.differences import PackageDifference
from marketplace.releases.owners import belongs_to, organisation_name
from marketplace.releases.shelving import shelve
from marketplace.releases.states import ReleaseState, ReleaseStateError, follow
from marketplace.releases.store import ReleaseView, any_row, own_row, view_of
from marketplace.releases.verdicts import outcome_of, require_checked, why_not
from marketplace.releases.words import require_text
from tenancy.audit.trail import About, Actor, note

OPEN = (ReleaseState.IN_REVIEW, ReleaseState.QUESTIONED)
WAITS = (*OPEN, ReleaseState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """What one reviewer decided."""

    reviewer: str
    reviewer_id: UUID
    verdict: Verdict
    reasons: str
    checklist: tuple[str, ...]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a reviewer decides; see `marketplace.releases.verdicts` for what is needed."""

    verdict: Verdict
    reasons: str = ""
    checklist: tuple[str, ...] = ()


def list_queue(
    session: Session, *, limit: int, after: Sequence[str] | None = None
) -> list[ReleaseView]:
    """List the releases that wait for reviewers, or to be listed; who waits for longest first."""
    place = (MarketRelease.submitted_at, MarketRelease.id)
    wanted = select(MarketRelease).where(MarketRelease.state.in_(WAITS))
    if after is not None:
        wanted = wanted.where(tuple_(*place) > tuple_(*read_place(after, parse_instant, UUID)))
    return [view_of(one) for one in session.scalars(wanted.order_by(*place).limit(limit))]


def get_reviewed(session: Session, release_id: UUID) -> ReleaseView:
    """Give a release, whoever's; raises NotFoundError."""
    return view_of(any_row(session, release_id))


def package_of(session: Session, release_id: UUID) -> bytes:
    """Give a release's package; raises NotFoundError."""
    return any_row(session, release_id).archive


def verdicts_of(session: Session, release_id: UUID) -> list[VerdictView]:
    """List what was decided about a release, the oldest first."""
    rows = session.scalars(
        select(MarketReview)
        .where(MarketReview.release_id == release_id)
        .order_by(MarketReview.decided_at, MarketReview.reviewer_id)
    )
    return [
        VerdictView(
            reviewer=one.reviewer,
            reviewer_id=one.reviewer_id,
            verdict=one.verdict,
            reasons=one.reasons,
            checklist=tuple(one.checklist),
            decided_at=one.decided_at,
        )
        for one in rows
    ]


def difference_of(session: Session, release_id: UUID) -> PackageDifference:
    """Set a release beside the one that it follows; nothing of either is run."""
    row = any_row(session, release_id)
    last = last_before(session, row.listing_id, row.version)
    return difference_between((row.digest, row.archive), last)


def ask(
    session: Session, vendor_id: UUID, release_id: UUID, text: str, *, by: Actor, now: datetime
) -> ReleaseView:
    """Ask the publisher something; the release waits for the answer.

    Raises:
        ReleaseStateError: it is not in review.
    """
    row = any_row(session, release_id, lock=True)
    _require_open(row)
    _write(session, row, Side.REVIEWER, text, by=by, now=now)
    row.state = ReleaseState.QUESTIONED
    session.flush()
    note(session, vendor_id, "release.questioned", now=now, about=_about(row), by=by)
    return view_of(row)


def answer(
    session: Session, tenant_id: UUID, release_id: UUID, text: str, *, by: Actor, now: datetime
) -> ReleaseView:
    """Answer as the publisher; the release is in review again.

    Raises:
        NotFoundError: it is not theirs.
        ReleaseStateError: it is not in review.
    """
    row = own_row(session, tenant_id, release_id, lock=True)
    _require_open(row)
    _write(session, row, Side.PUBLISHER, text, by=by, now=now)
    row.state = ReleaseState.IN_REVIEW
    session.flush()
    return view_of(row)


def decide(
    session: Session, vendor_id: UUID, release_id: UUID, decision: Decision, *, by: Actor,
    now: datetime,
) -> ReleaseView:  # fmt: skip
    """Approve or reject as one of two reviewers; the same one again changes their verdict.

    Raises:
        ForbiddenError: they belong to the publisher, submitted it, or are no known person.
        InvalidError: the checklist is not done, or a rejection has no reasons.
        ReleaseStateError: it is not in review.
    """
    row = any_row(session, release_id, lock=True)
    reviewer = _require_reviewer(session, vendor_id, row, by)
    _require_open(row)
    ticked = require_checked(decision.verdict, decision.checklist, decision.reasons)
    known = session.get(MarketReview, (row.id, reviewer))
    review = known or MarketReview(release_id=row.id, reviewer_id=reviewer)
    review.reviewer, review.verdict = by.name[:WHO_MAX], decision.verdict
    review.reasons, review.checklist = decision.reasons.strip()[:TEXT_MAX], list(ticked)
    review.decided_at = now
    session.add(review)
    session.flush()
    then = outcome_of(one.verdict for one in verdicts_of(session, row.id))
    if then is not ReleaseState.IN_REVIEW:
        row.state, row.decided_at = _settled(row.state, then), now
        row.state_reason = review.reasons if then is ReleaseState.REJECTED else ""
    session.flush()
    _note_decision(session, vendor_id, row, decision.verdict, by=by, now=now)
    return view_of(row)


def list_publicly(
    session: Session, vendor_id: UUID, release_id: UUID, *, by: Actor, now: datetime
) -> ReleaseView:
    """Let everybody find an approved release, once this installation's index vouches for it.

    Raises:
        ReleaseStateError: it is not approved.
        ConflictError: the index does not list it: who installs it would be refused.
    """
    row = any_row(session, release_id, lock=True)
    if row.state is not ReleaseState.APPROVED:
        raise ReleaseStateError(f"the release is {row.state.words}: approve it first")
    _require_vouched(session, row, now=now)
    if row.kind == "block":  # kept where everybody installs from; a pack each organisation brings
        package = read_package(row.archive)
        offering.keep_signed(
            session, package, row.archive, admit(session, package, now=now), now=now
        )
    row.state, row.listed_at = follow(row.state, ReleaseState.LISTED), now
    session.flush()
    shelve(session, row.listing_id, now=now)
    vendor = Actor(name=organisation_name(session, vendor_id))
    for organisation, who in {row.owner_id: vendor, vendor_id: by}.items():
        if organisation_name(session, organisation):
            note(session, organisation, "release.listed", now=now, about=_about(row), by=who)
    return view_of(row)


def why_not_vouched(session: Session, release: ReleaseView, *, now: datetime) -> str:
    """Say why the installation's index does not vouch for a release; "" where it does."""
    name = f"{release.listing_id} {release.version}"
    try:
        index = current_index(session, now=now)
    except NotTrustedError as error:
        return f"{name} cannot be listed: {error.message}"
    found = index.packages.get(release.listing_id, {}).get(release.version)
    if found is None or found.digest != release.digest:
        return f"the index does not list this package as {name}: do so with `garland trust list`"
    return ""


def may_decide(session: Session, vendor_id: UUID, release_id: UUID, person_id: UUID) -> str:
    """Say why a person may not decide about a release; "" when they may."""
    row = any_row(session, release_id)
    return why_not(
        submitted_it=row.submitted_by_id == person_id,
        is_publisher=belongs_to(session, row.owner_id, person_id),
        owner_is_vendor=row.owner_id == vendor_id,
    )


def _require_reviewer(session: Session, vendor_id: UUID, row: MarketRelease, by: Actor) -> UUID:
    if by.id is None:
        raise ForbiddenError("a person decides: nobody is known to answer for this token")
    if told := may_decide(session, vendor_id, row.id, by.id):
        raise ForbiddenError(told)
    return by.id


def _require_open(row: MarketRelease) -> None:
    if row.state not in OPEN:
        raise ReleaseStateError(f"the release is {row.state.words}: it is not in review")


def _settled(now: ReleaseState, then: ReleaseState) -> ReleaseState:
    """Give the state after the verdicts; a question that nobody answered is put by."""
    if now is ReleaseState.QUESTIONED and then is ReleaseState.APPROVED:
        now = follow(now, ReleaseState.IN_REVIEW)
    return follow(now, then)


def _require_vouched(session: Session, row: MarketRelease, *, now: datetime) -> None:
    if told := why_not_vouched(session, view_of(row), now=now):
        raise ConflictError(told, digest=row.digest)


def _write(
    session: Session, row: MarketRelease, side: Side, text: str, *, by: Actor, now: datetime
) -> None:
    session.add(
        MarketReviewMessage(
            id=new_id(),
            release_id=row.id,
            side=side,
            author=by.name[:WHO_MAX],
            author_id=by.id,
            text=require_text("text", text, TEXT_MAX),
            written_at=now,
        )
    )


def _note_decision(
    session: Session, vendor_id: UUID, row: MarketRelease, verdict: Verdict, *, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Note the verdict at the vendor, and what came of it at the publisher."""
    vendor = Actor(name=organisation_name(session, vendor_id))
    told = [(vendor_id, by)]
    is_settled = row.state in (ReleaseState.APPROVED, ReleaseState.REJECTED)
    if is_settled and row.owner_id != vendor_id and organisation_name(session, row.owner_id):
        told.append((row.owner_id, vendor))
    for organisation, who in told:
        if verdict is Verdict.APPROVE:
            note(session, organisation, "release.approved", now=now, about=_about(row), by=who)
        else:
            note(session, organisation, "release.rejected", now=now, about=_about(row), by=who)


def _about(row: MarketRelease) -> About:
    return About(kind="release", id=row.id, name=f"{row.listing_id} {row.version}")
