"""Keep for each workflow what its steps are pinned to in trials, and inputs by name.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_zf_trial_data"
down_revision = "20261127_zc_vouched"

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pinned_step",
        *_owned("pinned_step"),
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("port", sa.String(80), nullable=False),
        sa.Column("output", DOCUMENT, nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("pinned_by", sa.String(200), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "flow_id", "step", name="pk_pinned_step"),
    )
    op.create_table(
        "recorded_input",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_owned("recorded_input"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("trigger_id", sa.String(80), nullable=False),
        sa.Column("trigger", DOCUMENT, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("kept_by", sa.String(200), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recorded_input"),
        sa.UniqueConstraint("flow_id", "name", name="uq_recorded_input_flow_id_name"),
    )
    op.create_index("ix_recorded_input_tenant_id", "recorded_input", ["tenant_id"])
    op.create_index(
        "ix_recorded_input_tenant_id_used_at", "recorded_input", ["tenant_id", "used_at"]
    )


def downgrade() -> None:
    op.drop_table("recorded_input")
    op.drop_table("pinned_step")


def _owned(table: str) -> tuple[sa.Column[object], sa.Column[object]]:
    tenant, flow = f"fk_{table}_tenant_id_organisation", f"fk_{table}_flow_id_flow"
    return (
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            sa.ForeignKey("organisation.id", name=tenant, ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "flow_id",
            sa.Uuid(),
            sa.ForeignKey("flow.id", name=flow, ondelete="CASCADE"),
            nullable=False,
        ),
    )
