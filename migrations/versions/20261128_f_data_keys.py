"""Give each tenant keys of its own that its secrets are sealed by.

Safe while the previous release runs: yes, the table is unknown to it. It does not open what the
new release seals meanwhile: change connections, webhooks' secrets and sources once it has ended.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_f_data_keys"
down_revision = "20261128_b_audit_kept"

CURRENT = sa.text("retired_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_data_key_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_data_key"),
    )
    op.create_index("ix_data_key_tenant_id", "data_key", ["tenant_id"])
    op.create_index(
        "uq_data_key_current",
        "data_key",
        ["tenant_id"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )


def downgrade() -> None:
    op.drop_table("data_key")
