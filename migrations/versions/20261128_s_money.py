"""Let publishers and CSPs set prices, and charge what was used of the marketplace.

Safe while the previous release runs: yes, the tables are unknown to it. What it does meanwhile is
not recorded as used, in the customers' favour.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_s_money"
down_revision = "20261128_q_releases"
_INDEXES = (
    ("block_use", ("day", "tenant_id")),
    ("market_price", ("hop", "listing_id")),
    ("market_tally", ("price_id",)),
    ("market_charge", ("of_id",)),
    ("market_entry", ("tenant_id", "month", "day")),
    ("market_entry", ("month",)),
    ("market_entry", ("charge_id",)),
    ("market_entry", ("of_id",)),
    ("market_statement", ("handed_at", "asked_at")),
    ("market_missed", ("tried_at",)),
)
_TABLES = (
    "market_missed",
    "market_statement",
    "market_progress",
    "market_month",
    "market_entry",
    "market_charge",
    "market_tally",
    "market_share",
    "market_price",
    "block_use",
)


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _day(name: str) -> sa.Column[sa.Date]:
    return sa.Column(name, sa.Date(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _amount(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _points(table: str, column: str, to: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def _owned(table: str, column: str = "tenant_id") -> sa.ForeignKeyConstraint:
    return _points(table, column, "organisation", "CASCADE")


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def upgrade() -> None:
    op.create_table(
        "block_use",
        _id("tenant_id"),
        _text("key", 80),
        _text("block_id", 81),
        _text("version", 64),
        _day("day"),
        _owned("block_use"),
        _key("block_use", "tenant_id", "key"),
    )
    _prices()
    _accounts()
    _months()
    for table, columns in _INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _prices() -> None:
    document = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "market_price",
        _id("id"),
        _id("owner_id"),
        _text("hop", 10),
        _text("listing_id", 81),
        sa.Column("document", document, nullable=False),
        _day("valid_from"),
        _instant("set_at"),
        _text("set_by", 200),
        _owned("market_price", "owner_id"),
        _key("market_price", "id"),
        _unique("market_price", "owner_id", "hop", "listing_id", "valid_from"),
    )
    op.create_table(
        "market_share",
        _id("id"),
        _id("vendor_id"),
        _text("publisher", 36),
        sa.Column("vendor_bp", sa.Integer(), nullable=False),
        _day("valid_from"),
        _instant("set_at"),
        _text("set_by", 200),
        _owned("market_share", "vendor_id"),
        _key("market_share", "id"),
        _unique("market_share", "vendor_id", "publisher", "valid_from"),
    )
    op.create_table(
        "market_tally",
        _id("payer_id"),
        _id("price_id"),
        _text("month", 7),
        _amount("units"),
        _amount("amount"),
        sa.Column("vendor_bp", sa.Integer(), nullable=False),
        _owned("market_tally", "payer_id"),
        _points("market_tally", "price_id", "market_price", "CASCADE"),
        _key("market_tally", "payer_id", "price_id", "month"),
    )


def _accounts() -> None:
    op.create_table(
        "market_charge",
        _id("id"),
        _id("used_by"),
        _text("key", 160),
        _text("kind", 10),
        _id("of_id", nullable=True),
        _text("listing_id", 81),
        _amount("units"),
        _day("day"),
        _instant("at"),
        _points("market_charge", "of_id", "market_charge", "RESTRICT"),
        _key("market_charge", "id"),
        _unique("market_charge", "used_by", "key"),
    )
    unique = ("tenant_id", "charge_id", "hop", "side", "counterparty_id", "currency")
    op.create_table(
        "market_entry",
        _id("tenant_id"),
        _id("id"),
        _id("charge_id"),
        _id("of_id", nullable=True),
        _text("kind", 10),
        _text("hop", 10),
        _text("side", 10),
        _id("counterparty_id"),
        _text("listing_id", 81),
        _text("month", 7),
        _day("day"),
        _amount("units"),
        _text("currency", 3),
        _amount("amount"),
        _text("reason", 300),
        _instant("at"),
        _owned("market_entry"),
        _points("market_entry", "charge_id", "market_charge", "RESTRICT"),
        _key("market_entry", "id"),
        sa.UniqueConstraint(*unique, name="uq_market_entry_once"),
    )


def _months() -> None:
    op.create_table(
        "market_month",
        _text("month", 7),
        _instant("closed_at", nullable=True),
        _key("market_month", "month"),
    )
    op.create_table(
        "market_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _day("charged_until"),
        _key("market_progress", "id"),
    )
    op.create_table(
        "market_missed",
        _id("used_by"),
        _text("listing_id", 81),
        _day("day"),
        _text("kind", 10),
        _amount("units"),
        _instant("tried_at"),
        _owned("market_missed", "used_by"),
        _key("market_missed", "used_by", "listing_id", "day", "kind"),
    )
    op.create_table(
        "market_statement",
        _id("tenant_id"),
        _id("id"),
        _text("month", 7),
        _text("currency", 3),
        _amount("to_pay"),
        _amount("to_receive"),
        _instant("closed_at"),
        _instant("asked_at", nullable=True),
        _instant("handed_at", nullable=True),
        _text("reference", 200),
        _text("refused", 300),
        _owned("market_statement"),
        _key("market_statement", "id"),
        _unique("market_statement", "tenant_id", "month", "currency"),
    )


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
