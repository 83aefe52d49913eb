"""Keep an audit of each organisation: entries, and where its chain of digests ends.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261128_a_audit"
down_revision = "20261127_zj_palette"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _of_an_organisation(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_tenant_id_organisation"
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["organisation.id"], name=name, ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("about_kind", sa.String(60), nullable=False),
        sa.Column("about_id", sa.String(300), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("facts", DOCUMENT, nullable=False),
        sa.Column("request_id", sa.String(60), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _of_an_organisation("audit_entry"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_audit_entry_tenant_id_number"),
    )
    op.create_index("ix_audit_entry_tenant_id", "audit_entry", ["tenant_id"])
    op.create_index(
        "ix_audit_entry_tenant_id_action_number", "audit_entry", ["tenant_id", "action", "number"]
    )
    op.create_table(
        "audit_chain",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kept_from", sa.Integer(), nullable=False),
        sa.Column("begins_with", sa.String(64), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("ends_with", sa.String(64), nullable=False),
        _of_an_organisation("audit_chain"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_audit_chain"),
    )


def downgrade() -> None:
    op.drop_table("audit_chain")
    op.drop_table("audit_entry")
