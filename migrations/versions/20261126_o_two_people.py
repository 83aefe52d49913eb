"""Let an organisation ask that a second person puts live what one changed.

Safe while the previous release runs: yes, it knows neither the table nor the columns.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261126_o_two_people"
down_revision = "20261126_f_approval_subject"


def upgrade() -> None:
    op.create_table(
        "organisation_policy",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("needs_two_people", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_organisation_policy_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_organisation_policy"),
    )
    op.add_column("rule", sa.Column("draft_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "rule_version",
        sa.Column("drafted_by", sa.String(length=200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("rule_version", "drafted_by")
    op.drop_column("rule", "draft_by_id")
    op.drop_table("organisation_policy")
