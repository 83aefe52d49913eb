"""Let a provider choose what it is mailed of its customers' use and trials.

Safe while the previous release runs: yes, the table is unknown to it, and it mails nobody.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_p_warning_choice"
down_revision = "20261128_o_announcements"


def upgrade() -> None:
    op.create_table(
        "warning_choice",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("of_customers", sa.String(10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_warning_choice_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_warning_choice"),
    )


def downgrade() -> None:
    op.drop_table("warning_choice")
