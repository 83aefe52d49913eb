"""Keep what a request under an `Idempotency-Key` was answered, for the same request sent again.

Safe while the previous release runs: yes, it neither reads nor writes the new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_n_kept_answers"
down_revision = "20261127_o_staged_imports"


def upgrade() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_kept_answer_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
        sa.UniqueConstraint(
            "tenant_id",
            "token_digest",
            "key",
            name=op.f("uq_kept_answer_tenant_id_token_digest_key"),
        ),
    )
    op.create_index(op.f("ix_kept_answer_made_at"), "kept_answer", ["made_at"])
    op.create_index(op.f("ix_kept_answer_tenant_id"), "kept_answer", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("kept_answer")
