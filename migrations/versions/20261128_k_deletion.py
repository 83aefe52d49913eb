"""Let a closed organisation be deleted, in bites, with a certificate of what was deleted.

Safe while the previous release runs: yes, the table is unknown to it. It deletes nothing, and what
it writes to an organisation meanwhile is deleted with the rest.
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


def upgrade() -> None:
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
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_deletion_tenant_id_organisation",
            ondelete="CASCADE",
        ),
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


def downgrade() -> None:
    op.drop_table("deletion")
