"""Let sources have a mapping, be paused, be expected to speak, and be counted over a day.

Safe while the previous release runs: yes, what is new has a default and is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_h_sources"
down_revision = "20261126_j_tmf642"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("duplicates", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("quiet_after", INSTANT, nullable=True),
        sa.Column("silent_since", INSTANT, nullable=True),
        sa.Column("recent", DOCUMENT, nullable=True),
        sa.Column("mapping", DOCUMENT, nullable=True),
        sa.Column("mapping_version", sa.Integer(), nullable=True),
    ):
        op.add_column("source", column)
    op.create_index("ix_source_quiet_after", "source", ["quiet_after"])
    op.add_column("journal", sa.Column("mapping_version", sa.Integer(), nullable=True))
    op.create_table(
        "source_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("clear_sample", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        *_owners_of("source_mapping"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_mapping")),
        sa.UniqueConstraint(
            "source_id", "version", name=op.f("uq_source_mapping_source_id_version")
        ),
    )
    op.create_table(
        "source_count",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        *_owners_of("source_count"),
        sa.PrimaryKeyConstraint("source_id", "at", name=op.f("pk_source_count")),
    )
    op.create_table(
        "source_receipt",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *_owners_of("source_receipt"),
        sa.PrimaryKeyConstraint("source_id", "digest", name=op.f("pk_source_receipt")),
    )
    op.create_index(op.f("ix_source_receipt_at"), "source_receipt", ["at"])
    for table in ("source_mapping", "source_count", "source_receipt"):
        op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"])


def downgrade() -> None:
    for table in ("source_receipt", "source_count", "source_mapping"):
        op.drop_table(table)
    op.drop_column("journal", "mapping_version")
    op.drop_index("ix_source_quiet_after", "source")
    for column in (
        "mapping_version",
        "mapping",
        "recent",
        "silent_since",
        "quiet_after",
        "paused_at",
        "duplicates",
    ):
        op.drop_column("source", column)


def _owners_of(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    owners = (("tenant_id", "organisation"), ("source_id", "source"))
    return tuple(
        sa.ForeignKeyConstraint(
            [column],
            [f"{owner}.id"],
            name=op.f(f"fk_{table}_{column}_{owner}"),
            ondelete="CASCADE",
        )
        for column, owner in owners
    )
