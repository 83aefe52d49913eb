"""Pictures and figures of listings, and when a publisher's key was used last.

Safe while the previous release runs: yes, the tables are unknown to it, and the column is nullable
and unread.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_x_studio"
down_revision = "20261128_w_rollouts"


def upgrade() -> None:
    op.create_table(
        "market_picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_market_picture"),
        sa.UniqueConstraint("listing_id", "place", name="uq_market_picture_listing_id_place"),
    )
    op.create_table(
        "market_figure",
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column(
            "what",
            sa.Enum("had", "used", "ended", name="what", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("organisations", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", "what", "about", name="pk_market_figure"),
    )
    op.add_column(
        "market_publisher_key",
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("market_publisher_key", "last_used_at")
    op.drop_table("market_figure")
    op.drop_table("market_picture")
