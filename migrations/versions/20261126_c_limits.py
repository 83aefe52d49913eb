"""Limit what a tenant uses, and let go of what is no longer kept.

Safe while the previous release runs: yes, what is new has a default or is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_c_limits"
down_revision = "20261126_b_calendars"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
ACTIVE = sa.text("ended_at IS NULL")
UNDONE = sa.text("done_at IS NULL")
LEASED = sa.text("state = 'running'")


def upgrade() -> None:
    _create_tenant_limits()
    _create_blob_use()
    op.add_column(
        "run", sa.Column("parked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _replace_index(
        "ix_run_active", "run", ACTIVE, "tenant_id", "parked", "held", "flow_id", "concurrency_key"
    )
    _create_flag_index("ix_run_parked", "parked", "tenant_id", "started_at", "id")
    _create_flag_index("ix_run_trial", "is_trial", "tenant_id", "started_at")
    op.create_index(
        "ix_step_record_leased",
        "step_record",
        ["tenant_id"],
        sqlite_where=LEASED,
        postgresql_where=LEASED,
    )
    _replace_index("ix_journal_undone", "journal", UNDONE, "seq", "tenant_id")


def downgrade() -> None:
    _replace_index("ix_journal_undone", "journal", UNDONE, "seq")
    op.drop_index("ix_step_record_leased", "step_record")
    op.drop_index("ix_run_trial", "run")
    op.drop_index("ix_run_parked", "run")
    _replace_index("ix_run_active", "run", ACTIVE, "flow_id", "concurrency_key")
    op.drop_column("run", "parked")
    op.drop_table("blob_use")
    op.drop_table("tenant_limits")


def _create_flag_index(name: str, flag: str, *columns: str) -> None:
    op.create_index(
        name,
        "run",
        list(columns),
        sqlite_where=sa.text(f"{flag} = 1"),
        postgresql_where=sa.text(flag),
    )


def _replace_index(name: str, table: str, where: sa.TextClause, *columns: str) -> None:
    op.drop_index(name, table)
    op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)


def _create_tenant_limits() -> None:
    op.create_table(
        "tenant_limits",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("overrides", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_tenant_limits_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_limits")),
    )


def _create_blob_use() -> None:
    op.create_table(
        "blob_use",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_blob_use_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_blob_use_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "digest", "run_id", name=op.f("pk_blob_use")),
    )
    op.create_index(op.f("ix_blob_use_run_id"), "blob_use", ["run_id"])
