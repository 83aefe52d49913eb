"""What becomes of installed blocks whose package was revoked: they are withdrawn from everybody."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._changes import note_change
from blocks.installs._tables import WHO_MAX, BlockInstall, BlockPackage
from blocks.installs.vouching import signers_of
from blocks.packages.package import read_package
from blocks.packages.signing import NotTrustedError
from blocks.packages.trusted import current_index
from blocks.registry import Standing
from tenancy.scope import system

log = structlog.get_logger(__name__)

REVOKED = frozenset({"package.revoked", "key.revoked"})
"""Codes that say somebody took back their word; others, such as an old index, are no such news."""


class Withdrawing:
    """Withdraws what was revoked, once for each index that came; for one process."""

    def __init__(self) -> None:
        self._serial = 0

    def is_news(self, session: Session, *, now: datetime) -> bool:
        """Tell whether another index holds than the last time that this was asked."""
        try:
            serial = current_index(session, now=now).serial
        except NotTrustedError:
            return False  # there is none, or none that may be relied on
        is_news, self._serial = serial != self._serial, serial
        return is_news


def withdraw_revoked(session: Session, *, now: datetime) -> int:
    """Withdraw what was revoked since from all who installed it; give how many installs that were.

    No new run uses it, and a run under way fails at its step.
    """
    signed = select(BlockPackage).where(
        BlockPackage.digest.in_(
            select(BlockInstall.digest).where(
                BlockInstall.state.in_((Standing.INSTALLED, Standing.HELD))
            )
        )
    )
    with system(session):
        reasons = {
            one.digest: why
            for one in session.scalars(signed)
            if one.signers and (why := _why_revoked(session, one, now=now))
        }
        rows = session.scalars(
            select(BlockInstall).where(
                BlockInstall.digest.in_(reasons), BlockInstall.state != Standing.WITHDRAWN
            )
        ).all()
        for row in rows:
            row.state, row.reason = Standing.WITHDRAWN, reasons[row.digest][:WHO_MAX]
            log.warning("block_withdrawn", block=row.block_id, version=row.version)
        if rows:
            note_change(session)
    return len(rows)


def _why_revoked(session: Session, package: BlockPackage, *, now: datetime) -> str:
    try:
        signers_of(session, read_package(package.archive), now=now)
    except NotTrustedError as error:
        return error.message if error.code in REVOKED else ""
    return ""
