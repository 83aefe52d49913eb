"""The tables of money: prices and shares, what was charged, the entries of each side's accounts."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned
from marketplace.money.months import MONTH_LENGTH

LISTING_MAX = 81
KEY_MAX = 160
WORD_MAX = 10
CURRENCY_LENGTH = 3
WHO_MAX = 200
REASON_MAX = 300
SAID_MAX = 300
THE_ONLY = 1


class MarketPrice(Base):
    """What a publisher asks CSPs for a listing, or a CSP its customers, from a day on.

    Not `TenantOwned`: rating reads the prices of both hops. Only its owner writes it.

    Attributes:
        document: What `marketplace.money.prices.read_price` reads.
        valid_from: The first day it holds, in UTC; from then on the row stays as it is.
    """

    __tablename__ = "market_price"
    __table_args__ = (
        UniqueConstraint("owner_id", "hop", "listing_id", "valid_from"),
        Index(None, "hop", "listing_id"),
    )

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    hop: Mapped[str] = mapped_column(String(WORD_MAX))
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    document: Mapped[Document]
    valid_from: Mapped[date] = mapped_column(Date)
    set_at: Mapped[Instant]
    set_by: Mapped[str] = mapped_column(String(WHO_MAX))


class MarketShare(Base):
    """The vendor's share of what a publisher, or any, is paid; from a day on.

    Not `TenantOwned`: the vendor sets it, its publisher reads it, rating uses it.

    Attributes:
        publisher: The id of the organisation that it is agreed with; "" for all others.
        vendor_bp: In basis points.
    """

    __tablename__ = "market_share"
    __table_args__ = (UniqueConstraint("vendor_id", "publisher", "valid_from"),)

    id: Mapped[Key]
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    publisher: Mapped[str] = mapped_column(String(36))
    vendor_bp: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    set_at: Mapped[Instant]
    set_by: Mapped[str] = mapped_column(String(WHO_MAX))


class MarketTally(Base):
    """What was counted under a price for who pays by it, in a month; see `rating.Tally`.

    Not `TenantOwned`: rating counts both hops in one transaction, and nobody else reads it.
    """

    __tablename__ = "market_tally"

    payer_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    price_id: Mapped[UUID] = mapped_column(
        ForeignKey("market_price.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    month: Mapped[str] = mapped_column(String(MONTH_LENGTH), primary_key=True)
    units: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    vendor_bp: Mapped[int]


class MarketCharge(Base):
    """Something that money is owed or given back for, once: `key` names it within who used it.

    Not `TenantOwned`: it stands between up to four organisations, and each sees its own entries of
    it and never the row. It stays when one of them goes, since the accounts of the others need it.

    Attributes:
        kind: charge, credit or reversal.
        of_id: The charge that is given back; None for a charge.
    """

    __tablename__ = "market_charge"
    __table_args__ = (UniqueConstraint("used_by", "key"),)

    id: Mapped[Key]
    used_by: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    kind: Mapped[str] = mapped_column(String(WORD_MAX))
    of_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("market_charge.id", ondelete="RESTRICT"), index=True
    )
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    units: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[Instant]


class MarketEntry(TenantOwned, Base):
    """One side of a payment in its owner's accounts; written once and never changed.

    Attributes:
        month: Whose statement it is on: its day's, or a later one where that is closed.
        amount: In smallest units; above nought where its owner receives it.
        of_id: The charge that it gives back; None for a charge.
    """

    __tablename__ = "market_entry"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "charge_id",
            "hop",
            "side",
            "counterparty_id",
            "currency",
            name="uq_market_entry_once",  # all of its columns make too long a name
        ),
        Index(None, "tenant_id", "month", "day"),
        Index(None, "month"),
        Index(None, "charge_id"),
        Index(None, "of_id"),
    )

    # No index of its own: a longer one begins with it.
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    id: Mapped[Key]
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("market_charge.id", ondelete="RESTRICT"))
    of_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(WORD_MAX))
    hop: Mapped[str] = mapped_column(String(WORD_MAX))
    side: Mapped[str] = mapped_column(String(WORD_MAX))
    counterparty_id: Mapped[UUID]  # no foreign key: the other may be deleted before
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    month: Mapped[str] = mapped_column(String(MONTH_LENGTH))
    day: Mapped[date] = mapped_column(Date)
    units: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(CURRENCY_LENGTH))
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")
    at: Mapped[Instant]


class MarketMonth(Base):
    """Whether a month is closed, so that nothing more is entered in it; for all organisations."""

    __tablename__ = "market_month"

    month: Mapped[str] = mapped_column(String(MONTH_LENGTH), primary_key=True)
    closed_at: Mapped[OptionalInstant]


class MarketProgress(Base):
    """One row: up to which day, itself included, all that was used is charged, or was missed."""

    __tablename__ = "market_progress"

    id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, default=THE_ONLY
    )
    charged_until: Mapped[date] = mapped_column(Date)


class MarketMissed(Base):
    """What was to be charged for a day and broke; it goes once it is charged. See `due.Due`.

    Not `TenantOwned`: it is of charging alone, and no organisation reads it.

    Attributes:
        tried_at: When it was last tried to charge it.
    """

    __tablename__ = "market_missed"
    __table_args__ = (Index(None, "tried_at"),)

    used_by: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(WORD_MAX), primary_key=True)
    units: Mapped[int] = mapped_column(BigInteger)
    tried_at: Mapped[Instant]


class MarketStatement(TenantOwned, Base):
    """What a closed month came to for an organisation in one currency.

    Attributes:
        to_pay: What it owes, >= 0 but where more was given back than charged.
        to_receive: What it is owed, likewise.
        handed_at: When a payment provider took it.
        reference: What the provider calls it.
        asked_at: When a payment provider was last asked to take it.
        refused: What it said when it did not take it; "" where it did or was not asked.
    """

    __tablename__ = "market_statement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "month", "currency"),
        Index(None, "handed_at", "asked_at"),
    )

    # No index of its own: the unique one begins with it.
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    id: Mapped[Key]
    month: Mapped[str] = mapped_column(String(MONTH_LENGTH))
    currency: Mapped[str] = mapped_column(String(CURRENCY_LENGTH))
    to_pay: Mapped[int] = mapped_column(BigInteger)
    to_receive: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[Instant]
    asked_at: Mapped[OptionalInstant]
    handed_at: Mapped[OptionalInstant]
    reference: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    refused: Mapped[str] = mapped_column(String(SAID_MAX), default="")
