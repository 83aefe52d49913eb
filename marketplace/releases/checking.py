"""Does the checks of one release: taken on by a lease, noted one by one, ended whole.

A process of its own does it (`garland.release_checks`). What it finds is committed check by check,
so that the publisher can follow; should it die, the next begins anew, three times at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.authoring.running import Bounds
from blocks.packages.signing import NotTrustedError
from blocks.packages.trusted import current_index
from blocks.versions import precedence
from kernel.clock import utc_now
from kernel.errors import GarlandError
from marketplace.releases._tables import MarketRelease, MarketReleaseCheck, Outcome
from marketplace.releases.checks.pipeline import FINDING_MAX, FINDINGS_MAX, perform_all
from marketplace.releases.checks.subject import Found, Subject, unpacked_for_a_while
from marketplace.releases.owners import organisation_name
from marketplace.releases.publishers import keys_of
from marketplace.releases.states import OVER, ReleaseState, follow
from tenancy.audit.trail import INSTALLATION, About, note
from tenancy.scope import system

LEASE_S = 600
TRIES_MAX = 3
_COUNTS = (ReleaseState.APPROVED, ReleaseState.LISTED, ReleaseState.DEPRECATED)
log = structlog.get_logger(__name__)


class Hold(NamedTuple):
    """That a release is this process's to check: until another one began, which counts `tries`."""

    release_id: UUID
    tries: int


class Given(NamedTuple):
    """A release that this process is to check, and what it is held against."""

    hold: Hold
    version: str
    digest: str
    archive: bytes
    namespace: str
    last: tuple[str, str, bytes] | None
    revoked: str


class LeftError(Exception):
    """This process does not go on; the next one begins the checks again, or has begun."""


def has_release_to_check(session: Session, *, now: datetime) -> bool:
    """Tell whether a release waits to be checked, or the process that did it died."""
    return session.scalar(select(MarketRelease.id).where(_to_do(now)).limit(1)) is not None


def check_next_release(
    sessions: sessionmaker[Session],
    bounds: Bounds,
    *,
    goes_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Check the release that waits for longest; False when none does.

    Args:
        sessions: Sessions that write, for short notes.
        bounds: How the operator wants code of others to be kept in.
        goes_on: Whether this process should; where not, its release is left to the next.
    """
    with sessions() as session, session.begin(), system(session):
        given = claim_release(session, now=utc_now())
        keys = keys_of(session, given.namespace) if given is not None else {}
    if given is None:
        return False
    try:
        _check(sessions, given, bounds, keys, goes_on=goes_on)
    except LeftError:
        log.info("release_check_left", digest=given.digest, version=given.version)
    return True


def claim_release(session: Session, *, now: datetime) -> Given | None:
    """Take on the release that waits for longest; one whose process died thrice is refused."""
    row = session.scalar(
        select(MarketRelease)
        .where(_to_do(now))
        .order_by(MarketRelease.submitted_at, MarketRelease.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    if row.tries >= TRIES_MAX:
        told = f"The process that checked it died {TRIES_MAX} times: it takes too much."
        _end(session, row, ReleaseState.REFUSED, told, now=now)
        return None
    row.tries, row.claimed_until = row.tries + 1, now + timedelta(seconds=LEASE_S)
    for check in _checks(session, row.id):
        check.outcome, check.words, check.remedy = Outcome.WAITING, "", ""
        check.findings, check.ended_at = [], None
    _checks(session, row.id)[0].outcome = Outcome.RUNNING
    session.flush()
    return Given(
        hold=Hold(row.id, row.tries),
        version=row.version,
        digest=row.digest,
        archive=row.archive,
        namespace=row.listing_id.partition(".")[0],
        last=last_before(session, row.listing_id, row.version),
        revoked=_why_revoked(session, row.digest, now=now),
    )


def note_check(session: Session, hold: Hold, name: str, found: Found, *, now: datetime) -> None:
    """Keep what came of one check, say that the next one runs, and renew the lease.

    Raises:
        LeftError: the release is not this process's to check any more.
    """
    release = _held(session, hold)
    rows = _checks(session, release.id)
    place = next(index for index, one in enumerate(rows) if one.name == name)
    row = rows[place]
    row.outcome, row.words, row.remedy, row.ended_at = found.outcome, found.words, found.remedy, now
    row.findings = [
        {"where": where[:FINDING_MAX], "message": message[:FINDING_MAX]}
        for where, message in found.findings[:FINDINGS_MAX]
    ]
    if place + 1 < len(rows):
        rows[place + 1].outcome = Outcome.RUNNING
    release.claimed_until = now + timedelta(seconds=LEASE_S)
    if found.level:
        release.level = found.level
    session.flush()


def end_checks(session: Session, hold: Hold, *, now: datetime) -> None:
    """Send a release to the reviewers, or refuse it where a check failed.

    Raises:
        LeftError: it is not this process's to check any more, or a check is not done.
    """
    row = _held(session, hold)
    checks = _checks(session, row.id)
    if any(one.outcome in (Outcome.WAITING, Outcome.RUNNING) for one in checks):
        raise LeftError
    failed = [one.name for one in checks if one.outcome is Outcome.FAILED]
    told = f"These checks failed: {', '.join(failed)}." if failed else ""
    then = ReleaseState.REFUSED if failed else ReleaseState.IN_REVIEW
    _end(session, row, then, told, now=now)


def last_before(session: Session, listing_id: str, version: str) -> tuple[str, str, bytes] | None:
    """Find the release that a version follows: the highest below it that was approved.

    Gives version, digest and package, so that a mended 1.2.4 is held against 1.2.3 although 2.0.0
    is there.
    """
    rows = session.execute(
        select(MarketRelease.version, MarketRelease.id).where(
            MarketRelease.listing_id == listing_id, MarketRelease.state.in_(_COUNTS)
        )
    ).all()
    below = [one for one in rows if precedence(one[0]) < precedence(version)]
    if not below:
        return None
    row = session.get_one(MarketRelease, max(below, key=lambda one: precedence(one[0]))[1])
    return row.version, row.digest, row.archive


def _check(
    sessions: sessionmaker[Session],
    given: Given,
    bounds: Bounds,
    keys: Mapping[str, Ed25519PublicKey],
    *,
    goes_on: Callable[[], bool],
) -> None:
    packages = [(given.digest, given.archive)]
    packages += [given.last[1:]] if given.last is not None else []
    with ExitStack() as stack:
        try:
            folders = stack.enter_context(unpacked_for_a_while(*packages))
        except GarlandError as error:
            _refuse(sessions, given, f"The package cannot be unpacked: {error.message}.")
            return
        subject = Subject(
            archive=given.archive,
            digest=given.digest,
            folder=folders[0],
            bounds=bounds,
            keys=keys,
            revoked=given.revoked,
            last=folders[1] if given.last is not None else None,
            last_version=given.last[0] if given.last is not None else "",
        )
        for check, found in perform_all(subject):
            if not goes_on():
                raise LeftError
            with sessions() as session, session.begin(), system(session):
                note_check(session, given.hold, check.name, found, now=utc_now())
    with sessions() as session, session.begin(), system(session):
        end_checks(session, given.hold, now=utc_now())


def _refuse(sessions: sessionmaker[Session], given: Given, told: str) -> None:
    with sessions() as session, session.begin(), system(session):
        _end(session, _held(session, given.hold), ReleaseState.REFUSED, told, now=utc_now())


def _held(session: Session, hold: Hold) -> MarketRelease:
    """Give a release, locked, that is still this process's to check."""
    row = session.get_one(
        MarketRelease, hold.release_id, with_for_update=True, populate_existing=True
    )
    if row.state is not ReleaseState.CHECKING or row.tries != hold.tries:
        raise LeftError
    return row


def _end(
    session: Session, row: MarketRelease, then: ReleaseState, told: str, *, now: datetime
) -> None:
    row.state, row.state_reason, row.claimed_until = follow(row.state, then), told, None
    for check in _checks(session, row.id):
        if check.outcome in (Outcome.WAITING, Outcome.RUNNING):
            check.outcome, check.words = Outcome.SKIPPED, "It was not done."
    session.flush()
    log.info("release_checked", listing=row.listing_id, version=row.version, state=then.value)
    if then in OVER and organisation_name(session, row.owner_id):
        about = About(kind="release", id=row.id, name=f"{row.listing_id} {row.version}")
        note(session, row.owner_id, "release.refused", now=now, about=about, by=INSTALLATION)


def _to_do(now: datetime) -> ColumnElement[bool]:
    free = or_(MarketRelease.claimed_until.is_(None), MarketRelease.claimed_until <= now)
    return (MarketRelease.state == ReleaseState.CHECKING) & free


def _checks(session: Session, release_id: UUID) -> list[MarketReleaseCheck]:
    return list(
        session.scalars(
            select(MarketReleaseCheck)
            .where(MarketReleaseCheck.release_id == release_id)
            .order_by(MarketReleaseCheck.place)
        )
    )


def _why_revoked(session: Session, digest: str, *, now: datetime) -> str:
    """Say why the index revoked a package; "" where it did not, or there is none."""
    try:
        return current_index(session, now=now).revoked_digests.get(digest, "")
    except NotTrustedError:
        return ""
