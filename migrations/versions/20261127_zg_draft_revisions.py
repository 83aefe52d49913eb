"""Keep what drafts were: to merge two people's changes, and to go back.

Safe while the previous release runs: yes, the table is unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_zg_draft_revisions"
down_revision = "20261127_zf_trial_data"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "draft_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("draft", DOCUMENT, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("page", sa.String(36), nullable=False),
        sa.Column("told", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_draft_revision_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name="fk_draft_revision_flow_id_flow", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft_revision"),
        sa.UniqueConstraint("flow_id", "revision", name="uq_draft_revision_flow_id_revision"),
    )
    op.create_index("ix_draft_revision_tenant_id", "draft_revision", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("draft_revision")
