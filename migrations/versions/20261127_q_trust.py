"""Keep whom the installation trusts: its root and its index, as they were signed.

Safe while the previous release runs: yes, the table is new.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_q_trust"
down_revision = "20261127_p_numbers_for_good"


def upgrade() -> None:
    op.create_table(
        "trust_document",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_trust_document")),
    )


def downgrade() -> None:
    op.drop_table("trust_document")
