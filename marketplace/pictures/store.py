"""Pictures of listings as they are kept: shown to who may, added, described, moved and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.pictures._pillow import NoPictureError, draw_anew
from marketplace.pictures._tables import WHO_MAX, WORDS_MAX, MarketPicture
from marketplace.releases.keeping import get_listing
from marketplace.releases.words import require_text
from tenancy.audit.trail import About, Actor, note

PICTURES_MAX = 5
Way = Literal["earlier", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """A picture of a listing; `words` say what it shows, width and height are in pixels."""

    id: UUID
    listing_id: str
    words: str
    width: int
    height: int


def pictures_of(session: Session, listing_id: str) -> list[PictureView]:
    """List the pictures of a listing in their order; the caller may see the listing."""
    return [_view(one) for one in _rows(session, listing_id)]


def find_picture(session: Session, picture_id: UUID) -> tuple[PictureView, UUID] | None:
    """Give a picture and whose listing it is of; None where there is none."""
    row = session.get(MarketPicture, picture_id)
    return None if row is None else (_view(row), row.owner_id)


def content_of(session: Session, picture_id: UUID) -> bytes:
    """Give a picture's file, a WebP; the caller was let see it."""
    return session.get_one(MarketPicture, picture_id).content


def add_picture(
    session: Session, tenant_id: UUID, listing_id: str, file: tuple[bytes, str], *, by: Actor,
    now: datetime,
) -> PictureView:  # fmt: skip
    """Add a picture behind the others; `file` is what is in it, and what it shows in words.

    Raises:
        NotFoundError: the listing is not theirs.
        InvalidError: the file is no picture that may be shown, or nothing says what it shows.
        ConflictError: there are as many as there may be.
    """
    get_listing(session, tenant_id, listing_id)
    words = require_text("words", file[1], WORDS_MAX)
    try:
        drawn = draw_anew(file[0])
    except NoPictureError as error:
        raise InvalidError(str(error), problems=[Problem("/file", str(error))]) from None
    known = _rows(session, listing_id, lock=True)
    if len(known) >= PICTURES_MAX:
        raise ConflictError(f"a listing has {PICTURES_MAX} pictures at most: remove one first")
    row = MarketPicture(id=new_id(), listing_id=listing_id, owner_id=tenant_id, words=words)
    row.place = known[-1].place + 1 if known else 0
    row.width, row.height, row.content = drawn.width, drawn.height, drawn.content
    row.added_at, row.added_by = now, by.name[:WHO_MAX]
    with or_taken(session, ConflictError("another picture came at the same moment: try again")):
        session.add(row)
        session.flush()
    _note(session, tenant_id, listing_id, by=by, now=now)
    return _view(row)


def listing_of(session: Session, tenant_id: UUID, picture_id: UUID) -> str:
    """Give which listing of theirs a picture is of; raises NotFoundError for another's too."""
    return _own(session, tenant_id, picture_id).listing_id


def describe_picture(
    session: Session, tenant_id: UUID, picture_id: UUID, words: str, *, by: Actor, now: datetime
) -> PictureView:
    """Say anew what a picture shows; raises InvalidError for an empty or too long text."""
    row = _own(session, tenant_id, picture_id)
    row.words = require_text("words", words, WORDS_MAX)
    session.flush()
    _note(session, tenant_id, row.listing_id, by=by, now=now)
    return _view(row)


def move_picture(
    session: Session, tenant_id: UUID, picture_id: UUID, way: Way, *, by: Actor, now: datetime
) -> PictureView:
    """Let a picture change places with the one before or behind it; at the end it stays."""
    row = _own(session, tenant_id, picture_id)
    rows = _rows(session, row.listing_id, lock=True)
    at = rows.index(row)
    then = at - 1 if way == "earlier" else at + 1
    if 0 <= then < len(rows):
        rows[at], rows[then] = rows[then], rows[at]
        _put_in_order(session, rows)
        _note(session, tenant_id, row.listing_id, by=by, now=now)
    return _view(row)


def remove_picture(
    session: Session, tenant_id: UUID, picture_id: UUID, *, by: Actor, now: datetime
) -> str:
    """Remove a picture for good, and give the listing it was of."""
    row = _own(session, tenant_id, picture_id)
    listing_id = row.listing_id
    session.delete(row)
    session.flush()
    _note(session, tenant_id, listing_id, by=by, now=now)
    return listing_id


def _put_in_order(session: Session, rows: Sequence[MarketPicture]) -> None:
    """Number them anew, first beyond what is taken: no two may ever have the same place."""
    beyond = max(one.place for one in rows) + 1
    for first in (beyond, 0):
        for place, one in enumerate(rows):
            one.place = first + place
        session.flush()


def _own(session: Session, tenant_id: UUID, picture_id: UUID) -> MarketPicture:
    row = session.get(MarketPicture, picture_id)
    if row is None or row.owner_id != tenant_id:
        raise NotFoundError("no such picture", id=str(picture_id))
    return row


def _rows(session: Session, listing_id: str, *, lock: bool = False) -> list[MarketPicture]:
    wanted = (
        select(MarketPicture)
        .where(MarketPicture.listing_id == listing_id)
        .options(defer(MarketPicture.content))
        .order_by(MarketPicture.place)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(wanted))


def _note(session: Session, tenant_id: UUID, listing_id: str, *, by: Actor, now: datetime) -> None:
    about = About(kind="listing", id=listing_id, name=listing_id)
    note(session, tenant_id, "listing.pictures_changed", now=now, about=about, by=by)


def _view(row: MarketPicture) -> PictureView:
    return PictureView(
        id=row.id,
        listing_id=row.listing_id,
        words=row.words,
        width=row.width,
        height=row.height,
    )
