"""The vendor's shares: what it keeps of what publishers are paid, from a day to come on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.money._tables import MarketShare
from marketplace.money.pricing import checked_day
from marketplace.money.shares import WHOLE_BP
from marketplace.releases._tables import MarketPublisher, PublisherState
from marketplace.releases.publishers import owns_namespace
from runtime.use.recording import day_of
from tenancy._tables import Organisation
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.organisations import OrganisationView, ancestors_of, view_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A share; `publisher_id` is None for all who have none of their own.

    Attributes:
        set_by: Who set it; "" where it is not the vendor who asks.
    """

    id: UUID
    publisher_id: UUID | None
    vendor_bp: int
    valid_from: date
    set_at: datetime
    set_by: str


def set_share(
    session: Session,
    who: Acting,
    publisher_id: UUID | None,
    vendor_bp: int,
    *,
    valid_from: date | None,
    now: datetime,
) -> ShareView:  # fmt: skip
    """Set the vendor's share of what publishers are paid, for one of them or all others.

    It counts from the first use of a price in a month on; a month that has begun stays as it was.

    Raises:
        NotFoundError: who acts is no vendor, or there is no such publisher.
        InvalidError: the share is no part of a whole, or the day will not do.
        ConflictError: one from that day on is set already.
    """
    _require_vendor(who)
    if not 0 <= vendor_bp <= WHOLE_BP:
        message = f"vendor_bp: write basis points, 0 to {WHOLE_BP}"
        raise InvalidError(message, problems=[Problem("/vendor_bp", message)])
    day = checked_day(valid_from, now=now)
    publisher = _publisher_below(session, who, publisher_id)
    row = MarketShare(
        id=new_id(),
        vendor_id=who.tenant_id,
        publisher=str(publisher.id) if publisher is not None else "",
        vendor_bp=vendor_bp,
        valid_from=day,
        set_at=now,
        set_by=who.person_name,
    )
    taken = f"a share from {day} on is set already: withdraw it first, or choose another day"
    with or_taken(session, ConflictError(taken)):
        session.add(row)
    facts: dict[str, Fact] = {"vendor_bp": vendor_bp, "valid_from": day.isoformat()}
    note(session, who.tenant_id, "share.set", now=now, about=_about(row, publisher), facts=facts)
    return _view(row, who)


def withdraw_share(session: Session, who: Acting, share_id: UUID, *, now: datetime) -> None:
    """Withdraw a share that does not hold yet.

    Raises:
        NotFoundError: who acts is no vendor, or there is none of its.
        ConflictError: it holds, or did: set another from tomorrow on.
    """
    _require_vendor(who)
    row = session.get(MarketShare, share_id)
    if row is None or row.vendor_id != who.tenant_id:
        raise NotFoundError("no such share", id=str(share_id))
    if row.valid_from <= day_of(now):
        raise ConflictError("this share holds already: set another one from tomorrow on instead")
    found = session.get(Organisation, UUID(row.publisher)) if row.publisher else None
    about = _about(row, view_of(found) if found is not None else None)
    facts: dict[str, Fact] = {"vendor_bp": row.vendor_bp, "valid_from": row.valid_from.isoformat()}
    note(session, who.tenant_id, "share.withdrawn", now=now, about=about, facts=facts)
    session.delete(row)
    session.flush()


def list_shares(session: Session, who: Acting) -> list[ShareView]:
    """List shares, the latest first: the vendor's all, a publisher's that of its own and of all.

    Raises:
        NotFoundError: who acts is neither; what the vendor agreed is between it and publishers.
    """
    query = select(MarketShare).order_by(MarketShare.valid_from.desc(), MarketShare.publisher)
    if who.tenant_kind == "vendor":
        query = query.where(MarketShare.vendor_id == who.tenant_id)
    elif owns_namespace(session, who.tenant_id):
        above = [one.id for one in ancestors_of(session, who.tenant_id)]
        own = MarketShare.publisher.in_(("", str(who.tenant_id)))
        query = query.where(own, MarketShare.vendor_id.in_(above))
    else:
        raise NotFoundError("there are no shares that count for you")
    return [_view(row, who) for row in session.scalars(query)]


def publishers_below(session: Session, vendor_id: UUID) -> list[tuple[str, str]]:
    """List who can have a share of its own: id and name of each verified publisher, by name."""
    rows = session.execute(
        select(Organisation.id, Organisation.name)
        .where(
            Organisation.parent_id == vendor_id,
            Organisation.id.in_(
                select(MarketPublisher.owner_id).where(
                    MarketPublisher.state == PublisherState.VERIFIED
                )
            ),
        )
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [(str(row.id), row.name) for row in rows]


def held_today(found: Sequence[ShareView], *, today: date) -> set[UUID]:
    """Give the ids of the shares that hold: of each publisher, and of all, the latest. Pure."""
    latest: dict[UUID | None, ShareView] = {}
    for one in found:
        known = latest.get(one.publisher_id)
        if one.valid_from <= today and (known is None or known.valid_from < one.valid_from):
            latest[one.publisher_id] = one
    return {one.id for one in latest.values()}


def share_on(session: Session, vendor_id: UUID, publisher_id: UUID, day: date) -> int:
    """Give the vendor's share of what a publisher is paid on a day, in basis points."""
    own = MarketShare.publisher == str(publisher_id)
    found = session.scalar(
        select(MarketShare.vendor_bp)
        .where(
            MarketShare.vendor_id == vendor_id,
            or_(own, MarketShare.publisher == ""),
            MarketShare.valid_from <= day,
        )
        .order_by(func.length(MarketShare.publisher).desc(), MarketShare.valid_from.desc())
        .limit(1)
    )
    return found or 0


def _require_vendor(who: Acting) -> None:
    if who.tenant_kind != "vendor":
        raise NotFoundError("only the vendor sets shares")


def _publisher_below(
    session: Session, who: Acting, publisher_id: UUID | None
) -> OrganisationView | None:
    """Give a publisher that stands right below the vendor; of others it does not know."""
    if publisher_id is None:
        return None
    row = session.get(Organisation, publisher_id)
    if row is None or row.parent_id != who.tenant_id:
        raise NotFoundError("no such publisher", id=str(publisher_id))
    return view_of(row)


def _about(row: MarketShare, publisher: OrganisationView | None) -> About:
    name = publisher.name if publisher is not None else row.publisher or "all publishers"
    return About(kind="share", id=row.id, name=name)


def _view(row: MarketShare, who: Acting) -> ShareView:
    return ShareView(
        id=row.id,
        publisher_id=UUID(row.publisher) if row.publisher else None,
        vendor_bp=row.vendor_bp,
        valid_from=row.valid_from,
        set_at=row.set_at,
        set_by=row.set_by if row.vendor_id == who.tenant_id else "",
    )
