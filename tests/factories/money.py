"""Builders of a small market: a vendor, a publisher, two CSPs, customers, and prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.ids import new_id
from marketplace.money._tables import MarketPrice, MarketShare
from marketplace.money.agreements import set_share
from marketplace.money.entries import RETAIL, Payment
from marketplace.money.posting import Occasion, enter, open_charge
from marketplace.money.pricing import PriceView, set_price
from tenancy.organisations import OrganisationView, create_organisation, get_organisation
from tenancy.scope import as_tenant, system
from tests.factories.organisations import admin_of, make_below
from tests.factories.releases import make_publisher
from tests.factories.tenancy import NOON, make_csp

LISTING = "baubleworks.lamp"
DAY = date(2026, 11, 25)
"""The first day on which prices that were set at noon hold."""


@dataclass(frozen=True)
class Market:
    """Who stands where."""

    vendor: OrganisationView
    publisher: OrganisationView
    csp: OrganisationView
    customer: OrganisationView
    other: OrganisationView
    """Another CSP's customer."""


def make_market(session: Session) -> Market:
    """Make a market whose publisher may price `LISTING`."""
    csp, other_csp = make_csp(session), make_csp(session)
    assert csp.parent_id is not None
    vendor = get_organisation(session, csp.parent_id)
    publisher = create_organisation(
        session, kind="integrator", name="Baubleworks", slug="baubleworks", parent_id=vendor.id
    )
    make_publisher(session, publisher, "baubleworks")
    return Market(
        vendor=vendor,
        publisher=publisher,
        csp=csp,
        customer=make_below(session, csp, name="Acme"),
        other=make_below(session, other_csp, name="Other"),
    )


def by_use(amount: int, currency: str = "EUR", *tiers: dict[str, int]) -> dict[str, Any]:
    """Write a price by use; `tiers` come before the last one."""
    return {"kind": "per_use", "currency": currency, "tiers": [*tiers, {"amount": amount}]}


def by_month(amount: int, currency: str = "EUR") -> dict[str, Any]:
    """Write a price by the month."""
    return {"kind": "per_month", "currency": currency, "amount": amount}


def price_it(
    session: Session,
    owner: OrganisationView,
    document: dict[str, Any],
    *,
    now: datetime = NOON,
    listing_id: str = LISTING,
) -> PriceView:
    """Set a price of a listing from the next day on: a CSP's retail, anybody else's wholesale."""
    hop = "retail" if owner.kind == "csp" else "wholesale"
    who = admin_of(owner)
    with as_tenant(session, owner.id):
        return set_price(session, who, listing_id, document, hop=hop, valid_from=None, now=now)


def share_it(session: Session, market: Market, vendor_bp: int, *, now: datetime = NOON) -> None:
    """Let the vendor set its share of what all publishers are paid."""
    with as_tenant(session, market.vendor.id):
        set_share(session, admin_of(market.vendor), None, vendor_bp, valid_from=None, now=now)


def price_and_charge(session: Session, owner_id: UUID, word: str) -> dict[str, str]:
    """Make a price and a share of days far ahead and a charge that was paid; give their ids."""
    row = MarketPrice(
        id=new_id(), owner_id=owner_id, hop="wholesale", listing_id=f"{word.lower()}.lamp",
        document=by_use(1), valid_from=date(2031, 1, 1), set_at=NOON, set_by="Nora",
    )  # fmt: skip
    share = MarketShare(
        id=new_id(), vendor_id=owner_id, publisher="", vendor_bp=1, valid_from=date(2031, 1, 1),
        set_at=NOON, set_by="Nora",
    )  # fmt: skip
    session.add_all([row, share])
    session.flush()
    return {"price": str(row.id), "share": str(share.id), "charge": str(_charge(session, owner_id))}


def _charge(session: Session, seller_id: UUID) -> UUID:
    """Make a charge of one euro that an organisation was paid by another for."""
    used_by = new_id()
    occasion = Occasion(used_by=used_by, key="one", listing_id=LISTING, units=1, day=DAY)
    paid = Payment(hop=RETAIL, payer_id=used_by, payee_id=seller_id, currency="EUR", amount=100)
    with system(session):
        charge_id = open_charge(session, occasion, now=NOON)
        assert charge_id is not None
        enter(session, charge_id, occasion, [paid], now=NOON)
    return charge_id


def later(days: int) -> datetime:
    """Give noon so many days after the first noon."""
    return NOON + timedelta(days=days)
