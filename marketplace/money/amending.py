"""Giving money back: credits of a part, reversals of the rest. What was entered stays.

Each hop is its payee's to give back: the CSP what its customer paid, the publisher what the CSP
paid for its listing, with the vendor's share of it. The vendor may reverse all of a charge.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from marketplace.money._tables import REASON_MAX, MarketCharge, MarketEntry
from marketplace.money.currencies import said
from marketplace.money.entries import (
    CSP,
    CUSTOMER,
    HOPS,
    PUBLISHER,
    RETAIL,
    SHARE,
    VENDOR,
    WHOLESALE,
    Payment,
    credit_of,
    left_of,
    reversal_of,
)
from marketplace.money.posting import CHARGE, CREDIT, REVERSAL, Occasion, enter, open_charge
from runtime.use.recording import day_of
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.scope import system


def give_credit(
    session: Session, who: Acting, charge_id: UUID, amount: int, *, reason: str, now: datetime
) -> UUID:
    """Give back a part of a charge, in smallest units of its currency; give the credit's id.

    Raises:
        NotFoundError: there is no such charge of which who acts was paid.
        InvalidError: nothing is said why, or the amount is not above nought.
        ConflictError: less than that is left of it.
    """
    charge = _locked(session, who, charge_id)
    book = payments_of(session, charge)
    hops = own_hops(who, book)
    left = sum(one.amount for one in left_of(book) if one.hop in hops)
    if amount <= 0:
        raise _invalid("amount", "write a whole number of smallest units above 0")
    if amount > left:
        currency = next(one.currency for one in book if one.hop in hops)
        raise ConflictError(f"only {said(left, currency)} is left of this charge: give back less")
    paid = credit_of(book, amount, hops=hops)
    made, about, facts = _amend(session, charge, paid, kind=CREDIT, reason=reason, now=now)
    note(session, who.tenant_id, "charge.credited", now=now, about=about, facts=facts)
    return made


def require_left(session: Session, who: Acting, charge_id: UUID, left: int) -> None:
    """Go on only where as much is left of a charge as was seen; it stays so until this is kept.

    So what was confirmed twice is given back once. What is left is counted in smallest units, over
    the hops that are who acts' to give back.

    Raises:
        NotFoundError: there is no such charge of which who acts was paid.
        ConflictError: another sum is left.
    """
    book = payments_of(session, _locked(session, who, charge_id))
    hops = own_hops(who, book)
    if left != sum(one.amount for one in book if one.hop in hops):
        raise ConflictError(
            "some of this charge was given back since you looked: nothing was entered now. "
            "See what is left, and ask again"
        )


def reverse_charge(
    session: Session, who: Acting, charge_id: UUID, *, reason: str, now: datetime
) -> UUID:
    """Give back all that is left of a charge where who acts was paid; give the reversal's id.

    The vendor reverses it for everybody.

    Raises:
        NotFoundError: there is no such charge.
        InvalidError: nothing is said why.
        ConflictError: nothing is left of it.
    """
    charge = _locked(session, who, charge_id)
    book = payments_of(session, charge)
    hops = HOPS if who.tenant_kind == "vendor" else own_hops(who, book)
    paid = reversal_of(book, hops=hops)
    if not paid:
        raise ConflictError("nothing is left of this charge: it was given back already")
    made, about, facts = _amend(session, charge, paid, kind=REVERSAL, reason=reason, now=now)
    note(session, who.tenant_id, "charge.reversed", now=now, about=about, facts=facts)
    return made


def _locked(session: Session, who: Acting, charge_id: UUID) -> MarketCharge:
    """Give a charge that who acts was paid for, locked, so that two do not give it back twice."""
    is_seller = (MarketEntry.side == CSP) & (MarketEntry.hop == RETAIL)
    own = select(MarketEntry.id).where(
        MarketEntry.tenant_id == who.tenant_id,
        MarketEntry.charge_id == charge_id,
        MarketEntry.kind == CHARGE,
        or_(MarketEntry.side.in_((PUBLISHER, VENDOR)), is_seller),
    )
    row = None
    if session.scalar(own.limit(1)) is not None:
        wanted = select(MarketCharge).where(MarketCharge.id == charge_id)
        row = session.scalar(wanted.with_for_update())
    if row is None:
        raise NotFoundError("no such charge that you were paid for", id=str(charge_id))
    return row


def payments_of(session: Session, charge: MarketCharge) -> list[Payment]:
    """Give what was paid and given back of a charge, by whichever side is there still."""
    wanted = or_(MarketEntry.charge_id == charge.id, MarketEntry.of_id == charge.id)
    with system(session):
        rows = session.scalars(select(MarketEntry).where(wanted)).all()
    seen: dict[tuple[UUID, Payment], None] = {}
    for row in rows:
        is_payer = row.side == CUSTOMER or (row.side == CSP and row.hop != RETAIL)
        ends = (row.tenant_id, row.counterparty_id)
        payer, payee = ends if is_payer else ends[::-1]
        one = Payment(
            hop=row.hop,
            payer_id=payer,
            payee_id=payee,
            currency=row.currency,
            amount=-row.amount if is_payer else row.amount,
        )
        seen[(row.charge_id, one)] = None
    return [one for _, one in seen]


def own_hops(who: Acting, book: list[Payment]) -> tuple[str, ...]:
    """Give the hops that are who acts' to give back; a publisher's with the vendor's share."""
    paid = {one.hop for one in book if one.payee_id == who.tenant_id}
    if WHOLESALE in paid:
        paid.add(SHARE)
    return tuple(hop for hop in HOPS if hop in paid)


def _amend(
    session: Session,
    charge: MarketCharge,
    paid: list[Payment],
    *,
    kind: str,
    reason: str,
    now: datetime,
) -> tuple[UUID, About, dict[str, Fact]]:
    """Enter it; give its id, and what the audit says of it."""
    why = checked_reason(reason)
    occasion = Occasion(
        used_by=charge.used_by,
        key=f"{kind}:{new_id()}",
        listing_id=charge.listing_id,
        units=0,
        day=day_of(now),
        kind=kind,
        of_id=charge.id,
        reason=why,
    )
    with system(session):
        made = open_charge(session, occasion, now=now)
        if made is None:
            raise ConflictError("this was given back at the same moment: look again")
        enter(session, made, occasion, paid, now=now)
    about = About(kind="charge", id=charge.id, name=charge.listing_id)
    amounts = [said(one.amount, one.currency) for one in paid]
    return made, about, {"amounts": amounts, "reason": why}


def checked_reason(reason: str) -> str:
    """Give a reason as it is kept; raises InvalidError where it is empty or too long."""
    why = kept_text(reason.strip())
    if not 1 <= len(why) <= REASON_MAX:
        raise _invalid("reason", f"say why in 1 to {REASON_MAX} characters: all sides read it")
    return why


def _invalid(field: str, remedy: str) -> InvalidError:
    message = f"{field}: {remedy}"
    return InvalidError(message, problems=[Problem(f"/{field}", message)])
