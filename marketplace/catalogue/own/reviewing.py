"""A CSP's review of its own blocks: brought in, submitted, approved by its people, offered.

What is asked of reviewers, and what their verdicts come to, is as in the vendor's review
(`marketplace.releases.verdicts`). Who brought in or submitted a block may approve it only where one
is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from blocks.versions import precedence
from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.catalogue import curating, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.looking import public_side
from marketplace.catalogue.own._tables import MarketOwnRelease, MarketOwnVerdict, OwnState
from marketplace.catalogue.own.approved import ONE, TWO, eyes_of
from marketplace.catalogue.own.brought import Brought, get_brought, require_csp
from marketplace.releases._tables import TEXT_MAX, WHO_MAX, Verdict
from marketplace.releases.comparing import difference_between
from marketplace.releases.differences import PackageDifference
from marketplace.releases.reviewing import Decision, VerdictView
from marketplace.releases.verdicts import outcome_of, require_checked
from marketplace.releases.words import require_text
from tenancy.audit.trail import About, note

IT_IS_YOURS = "you brought it in, or submitted it: leave it to others"
NOBODY = "a person decides: nobody is known to answer for this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One package in review, with all that is needed to decide."""

    brought: Brought
    verdicts: tuple[VerdictView, ...]
    difference: PackageDifference
    archive: bytes
    why_not: str


def set_eyes(session: Session, who: Acting, number: int, *, now: datetime) -> None:
    """Say how many people have to approve what is submitted from now on.

    Raises:
        InvalidError: neither one nor two.
    """
    require_csp(who)
    if number not in (ONE, TWO):
        told = "eyes: one person, or two"
        raise InvalidError(told, problems=[Problem("/eyes", told)])
    store.touched(session, who, now=now).eyes = number
    session.flush()
    about = About(kind="catalogue", name=who.tenant_name)
    note(session, who.tenant_id, "catalogue.eyes_set", now=now, about=about, facts={"eyes": number})


def submit(session: Session, who: Acting, digest: str, words: str, *, now: datetime) -> UUID:
    """Ask one's own people to look at a package.

    One that was turned down may be submitted again, and so may one that is not offered and was
    submitted while fewer had to approve; what was decided about it is forgotten.

    Raises:
        NotFoundError: nobody brought it here, or somebody signed it.
        ConflictError: it is in review or approved by as many as have to, or is offered, or a public
            block is called so.
    """
    row = session.scalar(_mine(who).where(MarketOwnRelease.digest == digest).with_for_update())
    brought = get_brought(session, who, digest)
    if public_side(session, now=now).listing(brought.listing_id) is not None:
        told = f"a public block is called {brought.listing_id}: give yours another id"
        raise ConflictError(told, listing=brought.listing_id)
    told_words = require_text("words", words, TEXT_MAX)
    eyes = eyes_of(session, who.tenant_id)
    if not brought.may_submit(eyes):
        raise ConflictError("it was submitted already", digest=digest)
    if row is None:
        row = MarketOwnRelease(id=new_id(), tenant_id=who.tenant_id, digest=digest)
        session.add(row)
    else:
        _forget_verdicts(session, who, row.id)
    row.listing_id, row.version = brought.listing_id, brought.version
    row.words, row.state, row.eyes = told_words, OwnState.IN_REVIEW, eyes
    row.submitted_at, row.submitted_by = now, who.person_name[:WHO_MAX]
    row.submitted_by_id, row.decided_at = who.vouched_by, None
    session.flush()
    note(session, who.tenant_id, "catalogue.private_submitted", now=now, about=_about(row))
    return row.id


def review_of(session: Session, who: Acting, own_id: UUID) -> Review:
    """Give a package that was submitted, with how it differs from the last one.

    Raises:
        NotFoundError: there is no such thing, or its package is kept here no longer.
    """
    row = _get(session, who, own_id)
    brought = get_brought(session, who, row.digest)
    package = session.get_one(BlockPackage, row.digest)
    last = _last_before(session, who, row)
    return Review(
        brought=brought,
        verdicts=tuple(_verdicts(session, who, own_id)),
        difference=difference_between((row.digest, package.archive), last),
        archive=package.archive,
        why_not=_why_not(row, brought, who),
    )


def decide(
    session: Session, who: Acting, own_id: UUID, decision: Decision, *, now: datetime
) -> OwnState:
    """Approve or reject; the same person again changes their verdict. Gives where it stands then.

    Raises:
        ForbiddenError: nobody is known to act, or they brought it in or submitted it and two have
            to approve.
        InvalidError: the checklist is not done, or a rejection has no reasons.
        ConflictError: it is not in review.
        NotFoundError: there is no such thing, or its package is kept here no longer.
    """
    row = _get(session, who, own_id, lock=True)
    if row.state is not OwnState.IN_REVIEW:
        raise ConflictError("it is not in review", state=row.state.value)
    reviewer_id = who.vouched_by
    why_not = _why_not(row, get_brought(session, who, row.digest), who)
    if reviewer_id is None or why_not:
        raise ForbiddenError(why_not or NOBODY)
    ticked = require_checked(decision.verdict, decision.checklist, decision.reasons)
    mine = (MarketOwnVerdict.release_id == own_id, MarketOwnVerdict.reviewer_id == reviewer_id)
    known = session.scalar(
        select(MarketOwnVerdict).where(MarketOwnVerdict.tenant_id == who.tenant_id, *mine)
    )
    said = known or MarketOwnVerdict(
        id=new_id(), tenant_id=who.tenant_id, release_id=own_id, reviewer_id=reviewer_id
    )
    said.reviewer, said.verdict = who.person_name[:WHO_MAX], decision.verdict
    said.reasons, said.checklist = decision.reasons.strip()[:TEXT_MAX], list(ticked)
    said.decided_at = now
    session.add(said)
    session.flush()
    verdicts = [one.verdict for one in _verdicts(session, who, own_id)]
    row.state = OwnState(outcome_of(verdicts, eyes=row.eyes).value)
    row.decided_at = now if row.state is not OwnState.IN_REVIEW else None
    session.flush()
    _note_verdict(session, who, row, decision.verdict, now=now)
    return row.state


def offer(session: Session, who: Acting, own_id: UUID, *, now: datetime) -> None:
    """Offer a package that was approved, beside the versions that are offered already.

    Raises:
        ConflictError: it is not approved.
    """
    row = _get(session, who, own_id)
    if row.state is not OwnState.APPROVED:
        raise ConflictError("it is not approved yet", state=row.state.value)
    store.touched(session, who, now=now)  # of two at once the second reads what the first wrote
    digests = sorted({*_offered(session, who, row.listing_id), row.digest})
    curating.set_private(session, who, row.listing_id, {"digests": digests}, now=now)


def take_away(session: Session, who: Acting, digest: str, *, now: datetime) -> None:
    """Offer a package no longer; who installed it keeps it. Raises NotFoundError."""
    require_csp(who)
    store.touched(session, who, now=now)  # as in `offer`
    brought = get_brought(session, who, digest)
    digests = _offered(session, who, brought.listing_id)
    if digest not in digests:
        raise NotFoundError(store.NOT_THERE)
    left = sorted(digests - {digest})
    if left:
        curating.set_private(session, who, brought.listing_id, {"digests": left}, now=now)
    else:
        curating.remove_private(session, who, brought.listing_id, now=now)


def _offered(session: Session, who: Acting, listing_id: str) -> set[str]:
    part = store.find_part(session, who, PartKind.PRIVATE, listing_id)
    return set(part.document["digests"]) if part is not None else set()


def _last_before(
    session: Session, who: Acting, row: MarketOwnRelease
) -> tuple[str, str, bytes] | None:
    """Find the package that one follows: the highest version below it that was approved."""
    wanted = _mine(who).where(
        MarketOwnRelease.listing_id == row.listing_id, MarketOwnRelease.state == OwnState.APPROVED
    )
    approved = {one.digest for one in session.scalars(wanted)}
    digests = approved | _offered(session, who, row.listing_id)
    packages = select(BlockPackage).where(BlockPackage.digest.in_(digests))
    below = [
        one
        for one in session.scalars(packages)
        if precedence(one.version) < precedence(row.version)
    ]
    last = max(below, key=lambda one: precedence(one.version), default=None)
    return (last.version, last.digest, last.archive) if last is not None else None


def _why_not(row: MarketOwnRelease, brought: Brought, who: Acting) -> str:
    theirs = {row.submitted_by_id, brought.brought_by_id} - {None}
    return IT_IS_YOURS if row.eyes >= TWO and who.vouched_by in theirs else ""


def _verdicts(session: Session, who: Acting, own_id: UUID) -> list[VerdictView]:
    rows = session.scalars(
        select(MarketOwnVerdict)
        .where(MarketOwnVerdict.tenant_id == who.tenant_id, MarketOwnVerdict.release_id == own_id)
        .order_by(MarketOwnVerdict.decided_at, MarketOwnVerdict.id)
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


def _forget_verdicts(session: Session, who: Acting, own_id: UUID) -> None:
    session.execute(
        delete(MarketOwnVerdict).where(
            MarketOwnVerdict.tenant_id == who.tenant_id, MarketOwnVerdict.release_id == own_id
        )
    )


def _mine(who: Acting) -> Select[MarketOwnRelease]:
    return select(MarketOwnRelease).where(MarketOwnRelease.tenant_id == who.tenant_id)


def _get(session: Session, who: Acting, own_id: UUID, *, lock: bool = False) -> MarketOwnRelease:
    require_csp(who)
    wanted = _mine(who).where(MarketOwnRelease.id == own_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError(store.NOT_THERE)
    return row


def _note_verdict(
    session: Session, who: Acting, row: MarketOwnRelease, verdict: Verdict, *, now: datetime
) -> None:
    if verdict is Verdict.APPROVE:
        note(session, who.tenant_id, "catalogue.private_approved", now=now, about=_about(row))
    else:
        note(session, who.tenant_id, "catalogue.private_rejected", now=now, about=_about(row))


def _about(row: MarketOwnRelease) -> About:
    return About(kind="catalogue_private", id=row.id, name=f"{row.listing_id} {row.version}")
