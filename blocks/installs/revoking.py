"""What becomes of installed blocks whose package was revoked: they are withdrawn from everybody."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from blocks.installs._changes import note_change
from blocks.installs._tables import WHO_MAX, BlockInstall, BlockPackage
from blocks.installs.vouching import REVOKED, refuse_unvouched
from blocks.packages.signing import NotTrustedError
from blocks.packages.trust import Index
from blocks.packages.trusted import current_index
from blocks.registry import Standing
from kernel.errors import GarlandError
from tenancy.scope import system

log = structlog.get_logger(__name__)

_GOES_ON = or_(BlockInstall.state != Standing.WITHDRAWN, BlockInstall.lets_finish.is_(True))
"""What some run may still use."""


class Withdrawing:
    """Withdraws what was revoked, once for each index that came; for one process."""

    def __init__(self) -> None:
        self._serial = 0

    def news(self, session: Session, *, now: datetime) -> int | None:
        """Give the serial of the index that holds, None where it was dealt with already."""
        try:
            serial = current_index(session, now=now).serial
        except NotTrustedError:
            return None  # there is none, or none that may be relied on
        return serial if serial != self._serial else None

    def is_done(self, serial: int) -> None:
        """Note that what an index says was dealt with, and committed."""
        self._serial = serial


def withdraw_revoked(session: Session, *, now: datetime) -> int:
    """Withdraw what was revoked since from all who installed it; give how many installs that were.

    No new run uses it, and a run under way fails at its step. A digest is revoked whoever signed
    it, and without a signature too; that of a pack takes along the blocks for which neither their
    own signature nor another pack vouches. What was withdrawn already and lets runs finish, by a
    recall or by a release of this software that did not say, lets none finish any more.
    """
    index = current_index(session, now=now)
    used = select(BlockPackage).where(
        BlockPackage.digest.in_(select(BlockInstall.digest).where(_GOES_ON))
    )
    with system(session):
        reasons = {
            one.digest: why
            for one in session.scalars(used)
            if (why := _why_revoked(session, one, index, now=now))
        }
        rows = session.scalars(
            select(BlockInstall).where(BlockInstall.digest.in_(reasons), _GOES_ON)
        ).all()
        for row in rows:
            row.state, row.lets_finish = Standing.WITHDRAWN, False
            row.reason = reasons[row.digest][:WHO_MAX]
            log.warning("block_withdrawn", block=row.block_id, version=row.version)
        if rows:
            note_change(session)
    return len(rows)


def _why_revoked(session: Session, package: BlockPackage, index: Index, *, now: datetime) -> str:
    if reason := index.revoked_digests.get(package.digest):
        return f"The package was revoked: {reason}"
    if not package.signers:
        return ""
    try:
        refuse_unvouched(session, package, now=now)
    except NotTrustedError as error:
        return error.message if error.code in REVOKED else ""
    except GarlandError:  # it came under other rules than today's, and cannot be read any more
        return _revoked_key(package, index)
    return ""


def _revoked_key(package: BlockPackage, index: Index) -> str:
    """Say that every key which vouched for a package is revoked; "" where one is not."""
    release = index.packages.get(package.block_id, {}).get(package.version)
    published = release.published if release is not None else package.added_at
    dates = [index.revoked_keys.get(one) for one in package.signers]
    gone = all(date is not None and date <= published for date in dates)
    return "The key that signed this package was revoked." if gone else ""
