"""Keep what listings of the marketplace are found by.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261128_u_market_search"
down_revision = "20261128_t_catalogue"


def upgrade() -> None:
    document = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "market_search_entry",
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("entry", document, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("docs", sa.Text(), nullable=False),
        sa.Column("read_as", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name="pk_market_search_entry"),
    )
    op.create_index("ix_market_search_entry_revision", "market_search_entry", ["revision"])
    state = op.create_table(
        "market_search_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_market_search_state"),
    )
    op.bulk_insert(state, [{"id": 1, "revision": 0}])


def downgrade() -> None:
    op.drop_table("market_search_state")
    op.drop_index("ix_market_search_entry_revision", table_name="market_search_entry")
    op.drop_table("market_search_entry")
