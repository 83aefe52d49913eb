"""Let steps keep values from run to run, and tell how far they are.

Safe while the previous release runs: yes, the table and the columns are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_u_step_state"
down_revision = "20261127_p_numbers_for_good"

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "kept_value",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            sa.ForeignKey(
                "organisation.id",
                name="fk_kept_value_tenant_id_organisation",
                ondelete="CASCADE",
            ),
            nullable=False,
        ),
        sa.Column(
            "flow_id",
            sa.Uuid(),
            sa.ForeignKey("flow.id", name="fk_kept_value_flow_id_flow", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("step", sa.String(300), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "flow_id", "step", "key", name="pk_kept_value"),
    )
    op.add_column("step_record", sa.Column("progress", DOCUMENT, nullable=True))
    op.add_column(
        "step_record", sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("step_record", "progress_at")
    op.drop_column("step_record", "progress")
    op.drop_table("kept_value")
