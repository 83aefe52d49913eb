"""Keep what providers lay over the public catalogue of blocks.

Safe while the previous release runs: yes, the tables are unknown to it, and it offers what it did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_t_catalogue"
down_revision = "20261128_s_money"


def _owned(name: str, *columns: sa.SchemaItem, unique: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=f"fk_{name}_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint(*unique, name=f"uq_{name}_{'_'.join(unique)}"),
    )
    op.create_index(f"ix_{name}_tenant_id", name, ["tenant_id"])


def upgrade() -> None:
    _owned(
        "market_overlay",
        sa.Column("unmatched", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        unique=("tenant_id",),
    )
    document = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    _owned(
        "market_overlay_part",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(81), nullable=False),
        sa.Column("document", document, nullable=False),
        unique=("tenant_id", "kind", "key"),
    )


def downgrade() -> None:
    op.drop_table("market_overlay_part")
    op.drop_table("market_overlay")
