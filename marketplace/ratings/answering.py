"""The publisher's answer to a rating: one, and another once the rating was changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, NotFoundError
from kernel.json_text import kept_text
from marketplace.money.parties import owner_of
from marketplace.ratings.model import WORDS_MAX
from marketplace.ratings.reading import RatingView, seen_row, view_of
from marketplace.releases.words import require_text
from tenancy.audit.trail import About, note


def is_publisher(session: Session, tenant_id: UUID, listing_id: str) -> bool:
    """Tell whether an organisation publishes a listing."""
    return owner_of(session, listing_id) == tenant_id


def answer(
    session: Session, who: Acting, rating_id: UUID, text: str, *, now: datetime
) -> RatingView:
    """Answer a rating of one's own listing, for everybody to read.

    Raises:
        NotFoundError: there is no such rating, or the listing is not theirs.
        InvalidError: the answer is empty or too long.
        ConflictError: it was answered, and not changed since.
    """
    row = seen_row(session, who.tenant_id, rating_id)
    if not is_publisher(session, who.tenant_id, row.listing_id):
        raise NotFoundError("no such rating of a listing of yours", id=str(rating_id))
    said = require_text("answer", kept_text(text).replace("\r\n", "\n"), WORDS_MAX)
    if row.answered_at is not None and row.answered_at >= row.changed_at:
        raise ConflictError("this rating was answered: another answer is possible once it changes")
    row.answer, row.answered_at = said, now
    session.flush()
    about = About(kind="listing", id=row.listing_id, name=row.listing_id)
    note(session, who.tenant_id, "rating.answered", now=now, about=about)
    return view_of(row)
