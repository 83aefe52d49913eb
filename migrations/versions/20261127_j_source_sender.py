"""Let what posts alarms over TMF642 have a source of its own.

Safe while the previous release runs: yes, it does not know the table; it lists such sources, and
says on their pages that there is no such kind.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_j_source_sender"
down_revision = "20261127_k_alarm_fields"


def upgrade() -> None:
    op.create_table(
        "source_sender",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=512), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_sender"),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name="fk_source_sender_source_id_source",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_source_sender_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("tenant_id", "system", name="uq_source_sender_tenant_id_system"),
    )
    op.create_index("ix_source_sender_tenant_id", "source_sender", ["tenant_id"])


def downgrade() -> None:
    op.execute("UPDATE source SET kind = 'json' WHERE kind = 'tmf642'")
    op.drop_table("source_sender")
