"""Advisories; what was exported of the marketplace, what is mirrored, packages on their way in.

Safe while the previous release runs: yes, the tables are unknown to it. A root and an index of a
mirrored installation, which are rows of a table that it knows, it does not read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_ac_mirror"
down_revision = "20261128_ab_network"


def upgrade() -> None:
    _advisory()
    op.create_table(
        "market_mirror_export",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        _instant("exported_at"),
        sa.PrimaryKeyConstraint("id", name="pk_market_mirror_export"),
    )
    op.create_table(
        "market_mirror_source",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        _instant("imported_at"),
        sa.PrimaryKeyConstraint("id", name="pk_market_mirror_source"),
    )
    op.create_table(
        "market_mirror_package",
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        _instant("taken_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_market_mirror_package"),
    )


def downgrade() -> None:
    for name in (
        "market_mirror_package",
        "market_mirror_source",
        "market_mirror_export",
        "market_advisory",
    ):
        op.drop_table(name)
    op.execute("DELETE FROM trust_document WHERE kind IN ('mirror_root', 'mirror_index')")


def _advisory() -> None:
    op.create_table(
        "market_advisory",
        sa.Column("advisory_id", sa.String(60), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "low",
                "moderate",
                "high",
                "critical",
                name="severity",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("affected", sa.String(300), nullable=False),
        sa.Column("fixed_in", sa.String(64), nullable=False),
        sa.Column(
            "references",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        _instant("published_at"),
        _instant("changed_at"),
        sa.Column("written_by", sa.String(200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("advisory_id", name="pk_market_advisory"),
    )
    op.create_index("ix_market_advisory_listing_id", "market_advisory", ["listing_id"])
    op.create_index(
        "ix_market_advisory_owner_id_published_at",
        "market_advisory",
        ["owner_id", "published_at"],
    )


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
