"""Keep what each polled trigger of a workflow has seen, and when it looks next.

Safe while the previous release runs: yes, the table is new.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_t_poll_mark"
down_revision = "20261127_p_numbers_for_good"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "poll_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("trigger_id", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen", DOCUMENT, nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("polled_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_poll_mark_flow_id_flow"), ondelete="CASCADE"
        ),
        _tenant_of("poll_mark"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_mark")),
        sa.UniqueConstraint("flow_id", "trigger_id", name=op.f("uq_poll_mark_flow_id_trigger_id")),
    )
    op.create_index(op.f("ix_poll_mark_tenant_id"), "poll_mark", ["tenant_id"])
    op.create_index(op.f("ix_poll_mark_due_at"), "poll_mark", ["due_at"])


def downgrade() -> None:
    op.drop_table("poll_mark")


def _tenant_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )
