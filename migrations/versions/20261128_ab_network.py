"""Ratings from proven use, what works with what, leaderboards, collections of listings.

Safe while the previous release runs: yes, the tables are unknown to it, and it does without the
index of uses by block.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_ab_network"
down_revision = "20261128_aa_withheld"

_LISTING = sa.String(81)
_AT = sa.DateTime(timezone=True)
_USES = ("tenant_id", "block_id", "day")


def upgrade() -> None:
    _own()
    _rating()
    _report()
    _numbers()
    _collection()
    op.create_index("ix_block_use_tenant_id_block_id_day", "block_use", list(_USES))


def downgrade() -> None:
    op.drop_index("ix_block_use_tenant_id_block_id_day", table_name="block_use")
    for name in (
        "market_collection",
        "market_leader",
        "market_pair",
        "market_listing_figure",
        "market_rating_report",
        "market_rating",
        "market_rating_own",
    ):
        op.drop_table(name)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=f"fk_{table}_tenant_id_organisation",
        ondelete="CASCADE",
    )


def _own() -> None:
    op.create_table(
        "market_rating_own",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", _LISTING, nullable=False),
        sa.Column("given_by", sa.String(200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _owned("market_rating_own"),
        sa.PrimaryKeyConstraint("id", name="pk_market_rating_own"),
        sa.UniqueConstraint(
            "tenant_id", "listing_id", name="uq_market_rating_own_tenant_id_listing_id"
        ),
    )
    op.create_index("ix_market_rating_own_tenant_id", "market_rating_own", ["tenant_id"])


def _rating() -> None:
    op.create_table(
        "market_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("own_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", _LISTING, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_as", sa.String(40), nullable=False),
        sa.Column("signed_as", sa.String(120), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("rated_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", _AT, nullable=True),
        sa.Column("hidden_because", sa.String(500), nullable=False),
        sa.Column("hidden_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["own_id"],
            ["market_rating_own.id"],
            name="fk_market_rating_own_id_market_rating_own",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_rating"),
        sa.UniqueConstraint("own_id", name="uq_market_rating_own_id"),
    )
    op.create_index("ix_market_rating_hidden_at", "market_rating", ["hidden_at"])
    op.create_index(
        "ix_market_rating_listing_id_changed_at", "market_rating", ["listing_id", "changed_at"]
    )


def _report() -> None:
    op.create_table(
        "market_rating_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rating_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("reported_at", _AT, nullable=False),
        sa.Column("reported_by", sa.String(200), nullable=False),
        sa.Column("settled_at", _AT, nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rating_id"],
            ["market_rating.id"],
            name="fk_market_rating_report_rating_id_market_rating",
            ondelete="CASCADE",
        ),
        _owned("market_rating_report"),
        sa.PrimaryKeyConstraint("id", name="pk_market_rating_report"),
        sa.UniqueConstraint(
            "tenant_id", "rating_id", name="uq_market_rating_report_tenant_id_rating_id"
        ),
    )
    for column in ("rating_id", "settled_at", "tenant_id"):
        op.create_index(f"ix_market_rating_report_{column}", "market_rating_report", [column])


def _numbers() -> None:
    op.create_table(
        "market_listing_figure",
        sa.Column("listing_id", _LISTING, nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name="pk_market_listing_figure"),
    )
    op.create_index("ix_market_listing_figure_is_due", "market_listing_figure", ["is_due"])
    op.create_table(
        "market_pair",
        sa.Column("from_id", _LISTING, nullable=False),
        sa.Column("port", sa.String(64), nullable=False),
        sa.Column("to_id", _LISTING, nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("from_id", "port", "to_id", name="pk_market_pair"),
    )
    op.create_index("ix_market_pair_to_id", "market_pair", ["to_id"])
    op.create_table(
        "market_leader",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("board", sa.String(20), nullable=False),
        sa.Column("listing_id", _LISTING, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "board", "listing_id", name="pk_market_leader"),
    )


def _collection() -> None:
    ids = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "market_collection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("summary", sa.String(500), nullable=False),
        sa.Column("listings", ids, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["organisation.id"],
            name="fk_market_collection_owner_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_collection"),
    )
    op.create_index("ix_market_collection_owner_id", "market_collection", ["owner_id"])
