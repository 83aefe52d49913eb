"""Keep what the listener does for sources, trap catalogues, and what it found no source for.

Safe while the previous release runs: yes, the tables are new and unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_i_listener"
down_revision = "20261126_h_sources"

document = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "trap_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("oid", sa.String(length=512), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("document", document, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_trap_entry_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trap_entry")),
        sa.UniqueConstraint("tenant_id", "oid", name=op.f("uq_trap_entry_tenant_id_oid")),
    )
    op.create_index(op.f("ix_trap_entry_tenant_id"), "trap_entry", ["tenant_id"])
    op.create_table(
        "source_listening",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("config", document, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("counted_only", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=300), nullable=False),
        sa.Column("state_at", instant, nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_source_listening_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_source_listening_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_listening")),
    )
    op.create_index(op.f("ix_source_listening_tenant_id"), "source_listening", ["tenant_id"])
    op.create_table(
        "stray_datagram",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", instant, nullable=False),
        sa.Column("last_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_datagram")),
        sa.UniqueConstraint(
            "kind", "sender", "reason", name=op.f("uq_stray_datagram_kind_sender_reason")
        ),
    )
    op.create_index(op.f("ix_stray_datagram_last_at"), "stray_datagram", ["last_at"])


def downgrade() -> None:
    op.drop_table("stray_datagram")
    op.drop_table("source_listening")
    op.drop_table("trap_entry")
