"""Tell listeners of alarms over TMF642: hubs, what waits for them, and tasks.

Safe while the previous release runs: yes, what is new is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_j_tmf642"
down_revision = "20261126_n_alarm_console"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_hub()
    _create_delivery()
    _create_task()


def downgrade() -> None:
    op.drop_table("tmf_task")
    op.drop_table("tmf_delivery")
    op.drop_table("tmf_hub")


def _tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )


def _create_hub() -> None:
    op.create_table(
        "tmf_hub",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("dialect", sa.String(length=8), nullable=False),
        sa.Column("callback", sa.String(length=2000), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("paused_by", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("claim", sa.String(length=60), nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("dropped", sa.BigInteger(), nullable=False),
        sa.Column("last_delivered_at", INSTANT, nullable=True),
        sa.Column("last_problem", sa.String(length=500), nullable=False),
        sa.Column("last_problem_at", INSTANT, nullable=True),
        _tenant("tmf_hub"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tmf_hub")),
    )
    op.create_index(op.f("ix_tmf_hub_tenant_id"), "tmf_hub", ["tenant_id"])


def _create_delivery() -> None:
    op.create_table(
        "tmf_delivery",
        sa.Column("seq", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(length=60), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _tenant("tmf_delivery"),
        sa.ForeignKeyConstraint(
            ["hub_id"],
            ["tmf_hub.id"],
            name=op.f("fk_tmf_delivery_hub_id_tmf_hub"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_tmf_delivery")),
    )
    op.create_index(op.f("ix_tmf_delivery_tenant_id"), "tmf_delivery", ["tenant_id"])
    op.create_index(op.f("ix_tmf_delivery_hub_id_seq"), "tmf_delivery", ["hub_id", "seq"])


def _create_task() -> None:
    op.create_table(
        "tmf_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked", DOCUMENT, nullable=False),
        sa.Column("outcome", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        _tenant("tmf_task"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tmf_task")),
    )
    op.create_index(op.f("ix_tmf_task_tenant_id"), "tmf_task", ["tenant_id"])
    op.create_index(op.f("ix_tmf_task_tenant_id_kind_id"), "tmf_task", ["tenant_id", "kind", "id"])
