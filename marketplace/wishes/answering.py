"""Wishes that a provider is asked: counted by what they are for, answered or declined.

They lie with who asked. What is read and written here is always bound to the acting provider by
`provider_id`, and to nobody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.cursors import read_place
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from marketplace.catalogue import looking
from marketplace.catalogue.store import NOT_THERE, require_curator
from marketplace.wishes._tables import WHO_MAX, MarketWish, WishState
from marketplace.wishes.store import WishView, view_of
from marketplace.wishes.telling import tell
from marketplace.wishes.words import require_answer, require_listing
from tenancy.customers.listing import names_of
from tenancy.organisations import below
from tenancy.scope import system


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One wish with who asked for it, and how many organisations have it open likewise."""

    wish: WishView
    organisation: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider says to a wish.

    Attributes:
        is_declined: It will not be fulfilled; then the words say why.
        offered: The listing that fulfils it; "" for none.
        is_for_all: It answers each open wish for the same.
    """

    words: str = ""
    offered: str = ""
    is_declined: bool = False
    is_for_all: bool = True


def list_asked(
    session: Session,
    who: Acting,
    *,
    is_open: bool = True,
    limit: int,
    after: Sequence[str] | None = None,
) -> list[Asked]:
    """List the wishes that are open, the oldest first, or those that were answered, the last first.

    Raises:
        NotFoundError: who acts has no catalogue.
    """
    require_curator(who)
    place = (MarketWish.asked_at if is_open else MarketWish.answered_at, MarketWish.id)
    wanted = select(MarketWish).where(_asked_of(who), _is_open(is_open))
    if after is not None:
        bound = tuple_(*read_place(after, parse_instant, UUID))
        wanted = wanted.where(tuple_(*place) > bound if is_open else tuple_(*place) < bound)
    order = place if is_open else tuple(one.desc() for one in place)
    with system(session):
        rows = [view_of(one) for one in session.scalars(wanted.order_by(*order).limit(limit))]
        return _with_numbers(session, who, rows)


def get_asked(session: Session, who: Acting, wish_id: UUID) -> Asked:
    """Give one wish that is asked of the acting provider; raises NotFoundError."""
    require_curator(who)
    with system(session):
        row = session.scalar(select(MarketWish).where(_asked_of(who), MarketWish.id == wish_id))
        if row is None:
            raise NotFoundError(NOT_THERE)
        return _with_numbers(session, who, [view_of(row)])[0]


def list_same(session: Session, who: Acting, asked: Asked) -> list[Asked]:
    """List the other open wishes for the same, the oldest first."""
    wanted = (
        select(MarketWish)
        .where(_asked_of(who), _is_open(is_open=True), MarketWish.id != asked.wish.id)
        .where(MarketWish.subject == asked.wish.subject)
        .order_by(MarketWish.asked_at, MarketWish.id)
    )
    with system(session):
        rows = [view_of(one) for one in session.scalars(wanted)]
        return _with_numbers(session, who, rows)


def answer(
    session: Session, who: Acting, wish_id: UUID, given: Answer, *, now: datetime
) -> int:  # fmt: skip
    """Answer a wish, and where that is meant each open one for the same; gives how many.

    An answer that names a listing reaches only organisations that are offered it: to the others it
    would tell what is kept from them. Theirs stay open.

    Raises:
        NotFoundError: it is not asked of who acts.
        ConflictError: it has its answer already.
        InvalidError: no words and no listing are given, a refusal has no reason, or the listing is
            not offered to who asked.
    """
    asked = get_asked(session, who, wish_id)
    if asked.wish.state is not WishState.OPEN:
        raise ConflictError("it has its answer already")
    words, offered = _checked(session, asked, given, now=now)
    same = MarketWish.subject == asked.wish.subject
    meant = same if given.is_for_all else MarketWish.id == wish_id
    wanted = select(MarketWish).where(_asked_of(who), _is_open(is_open=True), meant)
    with system(session):
        found = session.scalars(wanted.order_by(MarketWish.id).with_for_update()).all()
        rows = [
            row
            for row in found
            if not offered or _is_offered(session, row.tenant_id, offered, now=now)
        ]
        for row in rows:
            row.state = WishState.DECLINED if given.is_declined else WishState.ANSWERED
            row.answer, row.offered = words, offered
            row.answered_at, row.answered_by = now, who.person_name[:WHO_MAX]
        session.flush()
        for row in rows:
            tell(session, row, provider=who.tenant_name, now=now)
        return len(rows)


def _checked(session: Session, asked: Asked, given: Answer, *, now: datetime) -> tuple[str, str]:
    offered = "" if given.is_declined else require_listing("offered", given.offered)
    words = require_answer(given.words, is_needed=given.is_declined or not offered)
    with system(session):
        is_offered = not offered or _is_offered(session, asked.wish.tenant_id, offered, now=now)
    if not is_offered:
        told = (
            f"offered: {offered} is not offered to {asked.organisation}: choose another, or offer "
            "it to them"
        )
        raise InvalidError(told, problems=[Problem("/offered", told)])
    return words, offered


def _is_offered(session: Session, asker_id: UUID, listing_id: str, *, now: datetime) -> bool:
    sight = looking.whole_sight(session, asker_id)
    try:
        found = looking.look_up(session, sight, listing_id, now=now)
    except NotFoundError:
        return False
    return found.offer is not None


def _asked_of(who: Acting) -> ColumnElement[bool]:
    """Say, of a wish, that it is asked of who acts by one that still stands below it."""
    stands_below = MarketWish.tenant_id.in_(select(below(who.tenant_id).c.id))
    return and_(MarketWish.provider_id == who.tenant_id, stands_below)


def _is_open(is_open: bool) -> ColumnElement[bool]:  # noqa: FBT001  the one thing that is asked
    return MarketWish.state == WishState.OPEN if is_open else MarketWish.state != WishState.OPEN


def _with_numbers(session: Session, who: Acting, rows: Sequence[WishView]) -> list[Asked]:
    """Say of each wish how many organisations have an open one for the same."""
    counted = (
        select(MarketWish.subject, func.count(MarketWish.tenant_id.distinct()))
        .where(_asked_of(who), _is_open(is_open=True))
        .where(MarketWish.subject.in_({one.subject for one in rows}))
        .group_by(MarketWish.subject)
    )
    numbers = {row[0]: row[1] for row in session.execute(counted)}
    names = names_of(session, [one.tenant_id for one in rows])
    return [
        Asked(
            wish=one,
            organisation=names.get(one.tenant_id, ""),
            number=numbers.get(one.subject, 0),
        )
        for one in rows
    ]
