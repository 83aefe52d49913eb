"""What is to be charged for a day, and what of it broke: that is charged again by itself.

So neither one organisation nor one listing keeps others from being charged. A month in which
something broke is not closed before that is charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall
from blocks.registry import Standing
from marketplace.money._tables import MarketMissed
from marketplace.money.closing import charged_until
from marketplace.money.prices import PER_MONTH, PER_USE
from marketplace.money.pricing import first_priced, priced_by_month
from runtime.packs._tables import PackInstall, PackOffer
from runtime.use.of_blocks import block_uses_on
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from tenancy._tables import Organisation

_KEYS = ("used_by", "listing_id", "day", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What an organisation used of a listing on a day, or that it had it then.

    Attributes:
        kind: The kind of price that counts for it: per_use or per_month.
        units: How many uses; 1 where it was had.
    """

    used_by: UUID
    listing_id: str
    day: date
    kind: str
    units: int


def due_on(session: Session, day: date) -> list[Due]:
    """Give what is to be charged for a day, of all organisations; in system scope."""
    used = [
        Due(used_by=one.tenant_id, listing_id=one.block_id, day=day, kind=PER_USE, units=one.number)
        for one in block_uses_on(session, day)
    ]
    had = [
        Due(used_by=tenant_id, listing_id=listing_id, day=day, kind=PER_MONTH, units=1)
        for tenant_id, listing_id in sorted(had_on(session, day))
    ]
    return used + had


def had_on(session: Session, day: date) -> set[tuple[UUID, str]]:
    """Give who has what, of all that is priced by the month, since that day or before.

    In system scope. A version that is held, withdrawn or in development is not had, nor is a pack
    that is offered there and that nobody signed.
    """
    priced = priced_by_month(session)
    blocks = session.execute(
        select(BlockInstall.tenant_id, BlockInstall.block_id, BlockInstall.installed_at).where(
            BlockInstall.block_id.in_(priced), BlockInstall.state == Standing.INSTALLED
        )
    )
    offer = (PackOffer.tenant_id == PackInstall.tenant_id, PackOffer.digest == PackInstall.digest)
    rows = session.execute(
        select(
            PackInstall.tenant_id, PackInstall.pack_id, PackInstall.installed_at, PackOffer.signers
        )
        .outerjoin(PackOffer, and_(*offer))
        .where(PackInstall.pack_id.in_(priced))
    )
    packs = [row for row in rows if row.signers != []]
    return {(row[0], row[1]) for row in (*blocks, *packs) if day_of(row[2]) <= day}


def note_missed(session: Session, missed: Sequence[Due], *, now: datetime) -> None:
    """Note what broke; who was deleted meanwhile owes nothing."""
    ids = {one.used_by for one in missed}
    there = set(session.scalars(select(Organisation.id).where(Organisation.id.in_(ids))))
    for one in missed:
        if one.used_by in there:
            session.merge(MarketMissed(**asdict(one), tried_at=now))
    session.flush()


def list_missed(session: Session, *, limit: int) -> list[Due]:
    """List what broke and is not charged yet, what was tried longest ago first."""
    rows = session.scalars(
        select(MarketMissed)
        .order_by(MarketMissed.tried_at, *(getattr(MarketMissed, name) for name in _KEYS))
        .limit(limit)
    )
    return [
        Due(
            used_by=row.used_by,
            listing_id=row.listing_id,
            day=row.day,
            kind=row.kind,
            units=row.units,
        )
        for row in rows
    ]


def forget_missed(session: Session, one: Due) -> None:
    """Forget what broke once it is charged."""
    session.execute(delete(MarketMissed).where(*_is(one)))


def note_tried(session: Session, one: Due, *, now: datetime) -> None:
    """Note that it was tried again, so that it waits for its turn."""
    session.execute(update(MarketMissed).where(*_is(one)).values(tried_at=now))


def uses_needed_from(session: Session, today: date) -> date:
    """Give the first day whose uses may still be charged; those before it are, or never will be.

    What broke has its numbers with it and needs none.
    """
    until = charged_until(session)
    return until + DAY if until is not None else min(first_priced(session) or today, today)


def _is(one: Due) -> tuple[ColumnElement[bool], ...]:
    return tuple(getattr(MarketMissed, name) == getattr(one, name) for name in _KEYS)
