"""Keep what drafts were before something changed many at once.

Safe while the previous release runs: yes, the table is unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_z_earlier_draft"
down_revision = "20261127_x_pack"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "earlier_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("told", sa.String(200), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("draft", DOCUMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_earlier_draft_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name="fk_earlier_draft_flow_id_flow", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_draft"),
        sa.UniqueConstraint(
            "tenant_id", "cause", "flow_id", name="uq_earlier_draft_tenant_id_cause_flow_id"
        ),
    )
    op.create_index("ix_earlier_draft_tenant_id", "earlier_draft", ["tenant_id"])
    op.create_index("ix_earlier_draft_flow_id", "earlier_draft", ["flow_id"])


def downgrade() -> None:
    op.drop_table("earlier_draft")
