"""Keep connections: a tenant's credentials for other systems, sealed.

Safe while the previous release runs: yes, it does not know the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_s_connection"
down_revision = "20261127_p_numbers_for_good"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("hosts", DOCUMENT, nullable=False),
        sa.Column("over_http", sa.Boolean(), nullable=False),
        sa.Column("test_address", sa.String(500), nullable=False),
        sa.Column("settings", DOCUMENT, nullable=False),
        sa.Column("secret_names", DOCUMENT, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("before_sealed", sa.Text(), nullable=True),
        sa.Column("before_settings", DOCUMENT, nullable=True),
        sa.Column("before_until", INSTANT, nullable=True),
        sa.Column("token_sealed", sa.Text(), nullable=True),
        sa.Column("token_expires_at", INSTANT, nullable=True),
        sa.Column("token_at", INSTANT, nullable=True),
        sa.Column("token_by", sa.String(200), nullable=False),
        sa.Column("token_number", sa.Integer(), nullable=False),
        sa.Column("refresh_until", INSTANT, nullable=True),
        sa.Column("tested_at", INSTANT, nullable=True),
        sa.Column("test_is_good", sa.Boolean(), nullable=False),
        sa.Column("test_said", sa.String(500), nullable=False),
        sa.Column("rotated_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_connection_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_connection_tenant_id_name")),
    )
    op.create_index(op.f("ix_connection_tenant_id"), "connection", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("connection")
