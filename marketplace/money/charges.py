"""One charge as one of its sides sees it: its entries, and what can still be given back of it.

Read from who acts' own entries. What is left takes in the other sides' too, as sums alone: nobody
learns of a party that their own entries do not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from marketplace.money._tables import MarketCharge, MarketEntry
from marketplace.money.amending import checked_reason, own_hops, payments_of
from marketplace.money.currencies import read_amount, said
from marketplace.money.entries import Payment, credit_of, left_of, reversal_of
from marketplace.money.parties import names_of
from marketplace.money.posting import CHARGE, CREDIT, REVERSAL
from marketplace.money.statements import GONE, EntryView, entry_view, other_names


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeView:
    """A charge and what was given back of it.

    Attributes:
        entries: Who acts' own, in the order in which they came.
        names: What the other parties are called, by id.
        currency: Of what can be given back; "" where nothing ever could be.
        paid: What there was to give back, in smallest units.
        left: What of it is left.
        reverses_all: Whether a reversal gives back for all sides: the vendor's does.
        left_anywhere: Whether anything is left for a reversal.
    """

    id: UUID
    listing_id: str
    day: date
    units: int
    entries: tuple[EntryView, ...]
    names: dict[UUID, str]
    currency: str
    paid: int
    left: int
    reverses_all: bool
    left_anywhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingBack:
    """What somebody is about to give back, once they confirm it.

    Attributes:
        amount: In smallest units; of a credit alone.
        words: What it would do, a sentence for each who gets or gives something.
        left: What is left before, of what is who acts' to give back; see `amending.require_left`.
    """

    kind: str
    amount: int
    reason: str
    words: tuple[str, ...]
    left: int


def charge_of(session: Session, who: Acting, charge_id: UUID) -> ChargeView:
    """Give a charge that who acts has entries of.

    Raises:
        NotFoundError: there is none such.
    """
    charge, book, entries = _read(session, who, charge_id)
    hops = own_hops(who, book)
    own = [one for one in book if one.hop in hops]
    is_vendor = who.tenant_kind == "vendor"
    return ChargeView(
        id=charge.id,
        listing_id=charge.listing_id,
        day=charge.day,
        units=charge.units,
        entries=tuple(entries),
        names=other_names(session, entries),
        currency=own[0].currency if own else "",
        paid=sum(one.amount for one in own if one.amount > 0),
        left=sum(one.amount for one in own),
        reverses_all=is_vendor,
        left_anywhere=any(one.amount for one in left_of(book if is_vendor else own)),
    )


def about_to_give_back(
    session: Session, who: Acting, charge_id: UUID, *, kind: str, amount: str, reason: str
) -> GivingBack:
    """Say what a credit or reversal would do, without doing it; `amount` as people write it.

    Raises:
        NotFoundError: there is no such charge that who acts was paid for.
        InvalidError: the amount or the reason will not do.
        ConflictError: less than that is left of it.
    """
    _, book, _ = _read(session, who, charge_id)
    hops = own_hops(who, book)
    if not hops:
        raise NotFoundError("no such charge that you were paid for", id=str(charge_id))
    why = checked_reason(reason)
    left = sum(one.amount for one in book if one.hop in hops)
    if kind == REVERSAL:
        is_vendor = who.tenant_kind == "vendor"
        paid = reversal_of(book) if is_vendor else reversal_of(book, hops=hops)
        if not paid:
            raise ConflictError("nothing is left of this charge: it was given back already")
        for_all = ("All sides get back what is left of it.",)
        words = for_all if is_vendor else _words(session, who, paid)
        return GivingBack(kind=REVERSAL, amount=0, reason=why, words=words, left=left)
    given = _read_amount(amount, book, hops)
    paid = credit_of(book, given, hops=hops)
    words = _words(session, who, paid)
    return GivingBack(kind=CREDIT, amount=given, reason=why, words=words, left=left)


def _read(
    session: Session, who: Acting, charge_id: UUID
) -> tuple[MarketCharge, list[Payment], list[EntryView]]:
    rows = session.scalars(
        select(MarketEntry)
        .where(
            MarketEntry.tenant_id == who.tenant_id,
            or_(MarketEntry.charge_id == charge_id, MarketEntry.of_id == charge_id),
        )
        .order_by(MarketEntry.at, MarketEntry.id)
    ).all()
    charge = session.get(MarketCharge, charge_id) if rows else None
    if charge is None or charge.kind != CHARGE:
        raise NotFoundError("no such charge of yours", id=str(charge_id))
    return charge, payments_of(session, charge), [entry_view(row) for row in rows]


def _read_amount(text: str, book: list[Payment], hops: tuple[str, ...]) -> int:
    currency = next(one.currency for one in book if one.hop in hops)
    left = sum(one.amount for one in book if one.hop in hops)
    try:
        given = read_amount(text, currency)
    except ValueError as error:
        words = str(error)
    else:
        if 0 < given <= left:
            return given
        if not left:
            raise ConflictError("nothing is left of this charge: it was given back already")
        words = f"write an amount above 0 and up to {said(left, currency)}, which is left"
    raise InvalidError(words, problems=[Problem("/amount", f"amount: {words}")])


def _words(session: Session, who: Acting, paid: list[Payment]) -> tuple[str, ...]:
    """Say who gets what back, and from whom."""
    names = names_of(session, {one.payer_id for one in paid})
    found = []
    for one in paid:
        payer = names[one.payer_id].name if one.payer_id in names else GONE
        giver = "you" if one.payee_id == who.tenant_id else "the vendor"
        found.append(f"{payer} gets {said(-one.amount, one.currency)} back from {giver}.")
    return tuple(found)
