"""Ratings that should not be shown: anybody reports one, the vendor's reviewers decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import format_instant, parse_instant
from kernel.cursors import read_place
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from kernel.json_text import kept_text
from marketplace.proven.figures import mark_due
from marketplace.ratings._tables import (
    REASON_MAX,
    WHO_MAX,
    MarketRating,
    MarketRatingOwn,
    MarketRatingReport,
)
from marketplace.ratings.reading import RatingView, is_seen, own_row, seen_row, view_of
from marketplace.releases.words import require_text
from marketplace.search._tables import MarketSearchEntry
from tenancy.audit.trail import About, Actor, note
from tenancy.rows import insert_new
from tenancy.scope import system

REASONS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A rating that reviewers look at: what was said against it, the latest first, by nobody."""

    rating: RatingView
    reports: int
    reasons: tuple[str, ...]
    at: datetime


def report(session: Session, who: Acting, rating_id: UUID, reason: str, *, now: datetime) -> None:
    """Say that a rating should not be shown, and why.

    Raises:
        NotFoundError: they see no such rating.
        InvalidError: the reason is empty or too long.
        ConflictError: it is their own, or their organisation reported it already.
    """
    row = seen_row(session, who.tenant_id, rating_id)
    said = require_text("reason", kept_text(reason), REASON_MAX)
    own = own_row(session, who.tenant_id, row.listing_id)
    if own is not None and own.id == row.own_id:
        raise ConflictError("this is your own rating: change it, or take it back")
    wanted = {
        "id": new_id(),
        "tenant_id": who.tenant_id,
        "rating_id": rating_id,
        "reason": said,
        "reported_at": now,
        "reported_by": who.person_name[:WHO_MAX],
        "settled_at": None,
    }
    if not insert_new(session, MarketRatingReport, wanted, keys=("tenant_id", "rating_id")):
        raise ConflictError("your organisation reported this rating already")
    about = About(kind="rating", id=rating_id, name=row.listing_id)
    note(session, who.tenant_id, "rating.reported", now=now, about=about, facts={"reason": said})


def list_reported(
    session: Session, *, hidden: bool = False, limit: int, after: Sequence[str] | None = None
) -> list[Reported]:
    """List the ratings that wait for reviewers, who waits longest first; or the hidden ones.

    For the vendor's reviewers alone. Across tenants: of reports it gives numbers and reasons. What
    is rated but not listed any more is shown to nobody, and not decided about either.
    """
    counted_all = select(
        MarketRatingReport.rating_id,
        func.count().label("number"),
        func.max(MarketRatingReport.reported_at).label("at"),
    ).group_by(MarketRatingReport.rating_id)
    if not hidden:
        counted_all = counted_all.where(MarketRatingReport.settled_at.is_(None))
    counted = counted_all.subquery()
    at = MarketRating.hidden_at if hidden else counted.c.at
    wanted = select(MarketRating, counted.c.number, at.label("since"))
    wanted = wanted.join(counted, counted.c.rating_id == MarketRating.id, isouter=hidden)
    wanted = wanted.join(
        MarketSearchEntry, MarketSearchEntry.listing_id == MarketRating.listing_id
    ).where(MarketSearchEntry.is_listed)
    is_hidden = MarketRating.hidden_at.is_not(None)
    wanted = wanted.where(is_hidden if hidden else ~is_hidden)
    if after is not None:
        place = read_place(after, parse_instant, UUID)
        wanted = wanted.where(tuple_(at, MarketRating.id) > tuple_(*place))
    with system(session):
        rows = session.execute(wanted.order_by(at, MarketRating.id).limit(limit)).all()
        reasons = _reasons(session, [row.MarketRating.id for row in rows])
        return [
            Reported(
                rating=view_of(row.MarketRating),
                reports=row.number or 0,
                reasons=tuple(reasons.get(row.MarketRating.id, ())),
                at=row.since,
            )
            for row in rows
        ]


def place_of(one: Reported) -> list[str]:
    """Give where a page that ends with this one ended, for `after`."""
    return [format_instant(one.at), str(one.rating.id)]


def hide(
    session: Session, vendor_id: UUID, rating_id: UUID, reason: str, *, by: Actor, now: datetime
) -> RatingView:
    """Show a rating to nobody but who gave it, with the reason; for the vendor's reviewers alone.

    It counts no more either. Whose it is stays unknown to the vendor, and is told in its audit.

    Raises:
        NotFoundError: there is none.
        InvalidError: the reason is empty or too long.
        ConflictError: it is hidden already.
    """
    row = _locked(session, vendor_id, rating_id)
    said = require_text("reason", kept_text(reason), REASON_MAX)
    if row.hidden_at is not None:
        raise ConflictError("this rating is hidden already")
    row.hidden_at, row.hidden_because = now, said
    _settle(session, row, now=now)
    facts, about = {"reason": said}, About(kind="rating", id=row.id, name=row.listing_id)
    note(session, vendor_id, "rating.hidden", now=now, about=about, facts=facts, by=by)
    whose, reviewers = _whose(session, row), Actor(name="the marketplace's reviewers")
    if whose is not None:
        note(session, whose, "rating.hidden", now=now, about=about, facts=facts, by=reviewers)
    return view_of(row)


def show_again(
    session: Session, vendor_id: UUID, rating_id: UUID, *, by: Actor, now: datetime
) -> RatingView:
    """Show a hidden rating again; for the vendor's reviewers alone.

    Raises:
        NotFoundError: there is none.
        ConflictError: it is not hidden.
    """
    row = _locked(session, vendor_id, rating_id)
    if row.hidden_at is None:
        raise ConflictError("this rating is shown already")
    row.hidden_at, row.hidden_because = None, ""
    _settle(session, row, now=now)
    about = About(kind="rating", id=row.id, name=row.listing_id)
    note(session, vendor_id, "rating.shown_again", now=now, about=about, by=by)
    return view_of(row)


def leave(
    session: Session, vendor_id: UUID, rating_id: UUID, *, by: Actor, now: datetime
) -> RatingView:
    """Leave a reported rating as it is; for the vendor's reviewers alone. Raises NotFoundError."""
    row = _locked(session, vendor_id, rating_id)
    _settle(session, row, now=now)
    about = About(kind="rating", id=row.id, name=row.listing_id)
    note(session, vendor_id, "rating.left", now=now, about=about, by=by)
    return view_of(row)


def _locked(session: Session, vendor_id: UUID, rating_id: UUID) -> MarketRating:
    """Give a rating of a listing that the vendor sees, shown or hidden."""
    row = session.get(MarketRating, rating_id, with_for_update=True, populate_existing=True)
    if row is not None and is_seen(session, vendor_id, row.listing_id):
        return row
    raise NotFoundError("no such rating", id=str(rating_id))


def _settle(session: Session, row: MarketRating, *, now: datetime) -> None:
    """Let the reports wait no more, whosever they are."""
    session.flush()
    with system(session):
        session.execute(
            update(MarketRatingReport)
            .where(MarketRatingReport.rating_id == row.id, MarketRatingReport.settled_at.is_(None))
            .values(settled_at=now)
        )
    mark_due(session, row.listing_id)


def _whose(session: Session, row: MarketRating) -> UUID | None:
    with system(session):
        wanted = select(MarketRatingOwn.tenant_id).where(MarketRatingOwn.id == row.own_id)
        return session.scalar(wanted)


def _reasons(session: Session, rating_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    rows = session.execute(
        select(MarketRatingReport.rating_id, MarketRatingReport.reason)
        .where(MarketRatingReport.rating_id.in_(rating_ids))
        .order_by(MarketRatingReport.reported_at.desc(), MarketRatingReport.id)
    )
    found: dict[UUID, list[str]] = {}
    for row in rows:
        kept = found.setdefault(row.rating_id, [])
        if len(kept) < REASONS_SHOWN:
            kept.append(row.reason)
    return found
