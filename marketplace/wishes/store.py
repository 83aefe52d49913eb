"""Wishes of the acting organisation: asked, listed with their answers, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.cursors import read_place
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from marketplace.catalogue.store import CURATE, NOT_THERE
from marketplace.wishes._tables import WHO_MAX, MarketWish, WishState
from marketplace.wishes.words import require_listing, require_wish, subject_of
from tenancy.organisations import OrganisationView, ancestors_of
from tenancy.plans.assigning import live_of

OPEN_MAX = 20
"""So many wishes of an organisation may be open at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WishView:
    """One wish, as who asked and its provider see it; see `MarketWish`."""

    id: UUID
    tenant_id: UUID
    subject: str
    text: str
    listing_id: str
    state: WishState
    asked_at: datetime
    asked_by: str
    answer: str
    offered: str
    answered_at: datetime | None
    answered_by: str


def provider_of(session: Session, who: Acting) -> OrganisationView | None:
    """Give whom the acting organisation asks: the nearest above that has a catalogue."""
    live = live_of(session, who.tenant_id)
    return next((one for one in ancestors_of(session, live) if one.kind in CURATE), None)


def ask(
    session: Session, who: Acting, text: str, listing_id: str = "", *, now: datetime
) -> WishView:
    """Ask the provider for something.

    Raises:
        NotFoundError: nobody above has a catalogue.
        InvalidError: the words are too few or too many, or the id is none.
        ConflictError: it is asked already, or as many wishes are open as may be.
    """
    provider = provider_of(session, who)
    if provider is None:
        raise NotFoundError("nobody above you has a catalogue: there is nobody to ask")
    words, about = require_wish(text), require_listing("listing_id", listing_id)
    subject = subject_of(words, about)
    _require_room(session, who, subject)
    row = MarketWish(
        id=new_id(),
        tenant_id=who.tenant_id,
        provider_id=provider.id,
        subject=subject,
        text=words,
        listing_id=about,
        state=WishState.OPEN,
        asked_at=now,
        asked_by=who.person_name[:WHO_MAX],
        asked_by_id=who.vouched_by,
    )
    session.add(row)
    session.flush()
    return view_of(row)


def list_mine(
    session: Session, who: Acting, *, limit: int, after: Sequence[str] | None = None
) -> list[WishView]:
    """List the wishes of the acting organisation, the newest first."""
    place = (MarketWish.asked_at, MarketWish.id)
    wanted = select(MarketWish).where(MarketWish.tenant_id == who.tenant_id)
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*read_place(after, parse_instant, UUID)))
    ordered = wanted.order_by(*(one.desc() for one in place)).limit(limit)
    return [view_of(one) for one in session.scalars(ordered)]


def get_mine(session: Session, who: Acting, wish_id: UUID) -> WishView:
    """Give one of them; raises NotFoundError."""
    return view_of(_mine(session, who, wish_id))


def take_back(session: Session, who: Acting, wish_id: UUID) -> None:
    """Take back a wish that is open.

    Raises:
        NotFoundError: it is not one's own.
        ConflictError: it has its answer.
    """
    row = _mine(session, who, wish_id)
    if row.state is not WishState.OPEN:
        raise ConflictError("it has its answer already: it stays, for you to read")
    session.delete(row)
    session.flush()


def view_of(row: MarketWish) -> WishView:
    """Give a row as others see it."""
    return WishView(
        id=row.id,
        tenant_id=row.tenant_id,
        subject=row.subject,
        text=row.text,
        listing_id=row.listing_id,
        state=row.state,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        answer=row.answer,
        offered=row.offered,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


def _mine(session: Session, who: Acting, wish_id: UUID) -> MarketWish:
    wanted = select(MarketWish).where(
        MarketWish.id == wish_id, MarketWish.tenant_id == who.tenant_id
    )
    row = session.scalar(wanted.with_for_update())
    if row is None:
        raise NotFoundError(NOT_THERE)
    return row


def _require_room(session: Session, who: Acting, subject: str) -> None:
    open_ones = (MarketWish.tenant_id == who.tenant_id, MarketWish.state == WishState.OPEN)
    same = select(MarketWish.id).where(*open_ones, MarketWish.subject == subject)
    if session.scalar(same.limit(1)) is not None:
        raise ConflictError("that is asked already, and waits for an answer")
    number = session.scalar(select(func.count()).select_from(MarketWish).where(*open_ones)) or 0
    if number >= OPEN_MAX:
        told = f"{number} wishes are open, as many as may be: take one back, or wait for answers"
        raise ConflictError(told, limit=OPEN_MAX)
