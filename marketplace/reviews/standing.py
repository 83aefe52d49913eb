"""How far releases are in review, as one reviewer reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.releases import reviewing
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import ReleaseView
from marketplace.releases.verdicts import EYES


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a release is.

    Attributes:
        words: How many approved it, and whose turn it is.
        waits: Whether it waits for who looks.
        mine: What who looks decided about it; None for nothing yet.
    """

    words: str
    waits: bool
    mine: reviewing.VerdictView | None


def standing_of(
    session: Session, vendor_id: UUID, release: ReleaseView, person_id: UUID | None
) -> Standing:
    """Say how far a release is, and what of that is a person's; None for nobody who is known."""
    verdicts = reviewing.verdicts_of(session, release.id)
    mine = next((one for one in verdicts if one.reviewer_id == person_id), None)
    if release.state not in reviewing.OPEN:
        told = "To be listed" if release.state is ReleaseState.APPROVED else ""
        return Standing(words=told, waits=False, mine=mine)
    told = f"{len(verdicts)} of {EYES} approved"
    if mine is not None:
        return Standing(words=f"{told}: you did", waits=False, mine=mine)
    if person_id is None or reviewing.may_decide(session, vendor_id, release.id, person_id):
        return Standing(words=f"{told}: waits for others", waits=False, mine=None)
    if release.state is ReleaseState.QUESTIONED:
        return Standing(words=f"{told}: waits for its publisher", waits=False, mine=None)
    return Standing(words=f"{told}: waits for you", waits=True, mine=None)


def standings_of(
    session: Session, vendor_id: UUID, releases: Sequence[ReleaseView], person_id: UUID | None
) -> dict[UUID, Standing]:
    """Say so of each release of a page, by its id."""
    return {one.id: standing_of(session, vendor_id, one, person_id) for one in releases}
