"""Catalogues on pages: parts that can be brought back, own blocks in review, and wishes.

Safe while the previous release runs: in part. It does not know `removed_at`: a part that was
removed by this release counts there until that one is gone. What it removes is gone for good.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_z_curating"
down_revision = "20261128_x_studio"


def upgrade() -> None:
    op.add_column(
        "market_overlay", sa.Column("eyes", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column(
        "market_overlay_part",
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column("block_upload", sa.Column("uploaded_by_id", sa.Uuid(), nullable=True))
    _own_release()
    _own_verdict()
    _wish()


def downgrade() -> None:
    for name in ("market_wish", "market_own_verdict", "market_own_release"):
        op.drop_table(name)
    op.execute("DELETE FROM market_overlay_part WHERE removed_at IS NOT NULL")
    op.drop_column("market_overlay_part", "removed_at")
    op.drop_column("market_overlay", "eyes")
    op.drop_column("block_upload", "uploaded_by_id")


def _own_release() -> None:
    op.create_table(
        "market_own_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_review",
                "approved",
                "rejected",
                name="ownstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("eyes", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(200), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _owner("market_own_release"),
        sa.PrimaryKeyConstraint("id", name="pk_market_own_release"),
        sa.UniqueConstraint("tenant_id", "digest", name="uq_market_own_release_tenant_id_digest"),
    )
    op.create_index("ix_market_own_release_tenant_id", "market_own_release", ["tenant_id"])


def _own_verdict() -> None:
    op.create_table(
        "market_own_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(200), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("approve", "reject", name="verdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column(
            "checklist",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["market_own_release.id"],
            name="fk_market_own_verdict_release_id_market_own_release",
            ondelete="CASCADE",
        ),
        _owner("market_own_verdict"),
        sa.PrimaryKeyConstraint("id", name="pk_market_own_verdict"),
        sa.UniqueConstraint(
            "release_id", "reviewer_id", name="uq_market_own_verdict_release_id_reviewer_id"
        ),
    )
    op.create_index("ix_market_own_verdict_tenant_id", "market_own_verdict", ["tenant_id"])


def _wish() -> None:
    op.create_table(
        "market_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "answered", "declined", name="wishstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("offered", sa.String(81), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["organisation.id"],
            name="fk_market_wish_provider_id_organisation",
            ondelete="CASCADE",
        ),
        _owner("market_wish"),
        sa.PrimaryKeyConstraint("id", name="pk_market_wish"),
    )
    op.create_index("ix_market_wish_tenant_id", "market_wish", ["tenant_id"])
    op.create_index("ix_market_wish_tenant_id_asked_at", "market_wish", ["tenant_id", "asked_at"])
    op.create_index(
        "ix_market_wish_provider_id_state_subject",
        "market_wish",
        ["provider_id", "state", "subject"],
    )


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=f"fk_{table}_tenant_id_organisation",
        ondelete="CASCADE",
    )
