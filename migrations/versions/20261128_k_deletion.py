"""Let a closed organisation be deleted with a certificate, and admins export their own.

Safe while the previous release runs: yes, the tables are unknown to it. It deletes nothing, and
what it writes to an organisation meanwhile is deleted with the rest.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_k_deletion"
down_revision = "20261128_j_plans"

_OPEN = sa.text("stage IN ('asked', 'under_way')")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, length: int) -> sa.Column[sa.String]:
    return sa.Column(name, sa.String(length), nullable=False)


def _of(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_tenant_id_organisation"
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["organisation.id"], name=name, ondelete="CASCADE"
    )


def upgrade() -> None:
    _make_deletion()
    _make_archives()


def _make_deletion() -> None:
    document = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "deletion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        _words("name", 120),
        _words("slug", 60),
        _words("kind", 40),
        _words("stage", 40),
        _words("reason", 300),
        _instant("asked_at"),
        _words("asked_by", 300),
        _instant("due_at"),
        _instant("cancelled_at", nullable=True),
        _words("cancelled_by", 300),
        _instant("begun_at", nullable=True),
        _instant("finished_at", nullable=True),
        _words("problem", 1_000),
        sa.Column("work", document, nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        _words("digest", 64),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _of("deletion"),
        sa.PrimaryKeyConstraint("id", name="pk_deletion"),
    )
    op.create_index("ix_deletion_tenant_id", "deletion", ["tenant_id"])
    op.create_index("ix_deletion_tenant_id_asked_at", "deletion", ["tenant_id", "asked_at"])
    op.create_index(
        "uq_deletion_open",
        "deletion",
        ["organisation_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _make_archives() -> None:
    op.create_table(
        "organisation_archive",
        sa.Column("id", sa.Uuid(), nullable=False),
        _words("stage", 40),
        _instant("asked_at"),
        _words("asked_by", 300),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("passphrase_sealed", sa.Text(), nullable=True),
        sa.Column("has_secrets", sa.Boolean(), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("rows_total", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _instant("lease_until", nullable=True),
        _words("error", 300),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        _words("digest", 64),
        _instant("ready_at", nullable=True),
        _instant("expires_at", nullable=True),
        _instant("taken_at", nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _of("organisation_archive"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_archive"),
    )
    op.create_index("ix_organisation_archive_tenant_id", "organisation_archive", ["tenant_id"])
    op.create_table(
        "organisation_archive_piece",
        sa.Column("archive_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _of("organisation_archive_piece"),
        sa.ForeignKeyConstraint(
            ["archive_id"],
            ["organisation_archive.id"],
            name="fk_organisation_archive_piece_archive_id_organisation_archive",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("archive_id", "number", name="pk_organisation_archive_piece"),
    )
    op.create_index(
        "ix_organisation_archive_piece_tenant_id", "organisation_archive_piece", ["tenant_id"]
    )


def downgrade() -> None:
    op.drop_table("organisation_archive_piece")
    op.drop_table("organisation_archive")
    op.drop_table("deletion")
