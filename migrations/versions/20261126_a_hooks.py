"""Give workflows addresses at which other systems start them.

Safe while the previous release runs: yes, what is new is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_a_hooks"
down_revision = "20261125_b_approvals"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_hook()
    _create_delivery()
    _create_receipt()


def downgrade() -> None:
    op.drop_table("hook_receipt")
    op.drop_table("hook_delivery")
    op.drop_table("hook")


def _create_hook() -> None:
    op.create_table(
        "hook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("trigger_id", sa.String(length=60), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=False),
        sa.Column("key_made_at", INSTANT, nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("secret_made_at", INSTANT, nullable=True),
        sa.Column("old_secret_sealed", sa.Text(), nullable=True),
        sa.Column("old_secret_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_hook_flow_id_flow"), ondelete="CASCADE"
        ),
        _tenant_of("hook"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
        sa.UniqueConstraint("flow_id", "trigger_id", name=op.f("uq_hook_flow_id_trigger_id")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_hook_key_digest")),
    )
    op.create_index(op.f("ix_hook_tenant_id"), "hook", ["tenant_id"])


def _create_delivery() -> None:
    op.create_table(
        "hook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hook_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("sender", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        _hook_of("hook_delivery"),
        _tenant_of("hook_delivery"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_delivery")),
    )
    op.create_index(op.f("ix_hook_delivery_tenant_id"), "hook_delivery", ["tenant_id"])
    op.create_index(op.f("ix_hook_delivery_hook_id_id"), "hook_delivery", ["hook_id", "id"])


def _create_receipt() -> None:
    op.create_table(
        "hook_receipt",
        sa.Column("hook_id", sa.Uuid(), nullable=False),
        sa.Column("message_digest", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("run_ids", DOCUMENT, nullable=False),
        _hook_of("hook_receipt"),
        _tenant_of("hook_receipt"),
        sa.PrimaryKeyConstraint("hook_id", "message_digest", name=op.f("pk_hook_receipt")),
    )
    op.create_index(op.f("ix_hook_receipt_tenant_id"), "hook_receipt", ["tenant_id"])
    op.create_index(op.f("ix_hook_receipt_tenant_id_at"), "hook_receipt", ["tenant_id", "at"])


def _tenant_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )


def _hook_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["hook_id"], ["hook.id"], name=op.f(f"fk_{table}_hook_id_hook"), ondelete="CASCADE"
    )
