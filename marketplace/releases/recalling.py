"""What becomes of a listed release whose package the vendor recalls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.releases._tables import MarketRelease
from marketplace.releases.shelving import shelve
from marketplace.releases.states import PUBLIC, ReleaseState, follow


def recall_releases(session: Session, digest: str, reason: str, *, now: datetime) -> int:
    """Let what is listed or deprecated of a package be recalled for all; give how many that were.

    It is not found any more, and an older release that is listed takes its place. For the vendor
    alone, which the caller makes sure of: a CSP decides for those below it.
    """
    rows = session.scalars(
        select(MarketRelease)
        .where(
            MarketRelease.digest == digest,
            MarketRelease.state.in_(PUBLIC - {ReleaseState.RECALLED}),
        )
        .with_for_update()
    ).all()
    for row in rows:
        row.state, row.state_reason = follow(row.state, ReleaseState.RECALLED), reason
        session.flush()
        shelve(session, row.listing_id, now=now)
    return len(rows)
