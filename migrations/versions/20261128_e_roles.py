"""Let organisations make roles of their own, and let their provider's support in for a while.

Safe while the previous release runs: yes, the tables are unknown to it and the columns nullable.
It reads a member with an own role as the built-in one that the role is based on, which may be
more or less: give own roles once every process is of the new release.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261128_e_roles"
down_revision = "20261128_d_people"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
HOLDERS = ("membership", "api_token")


def _to(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "custom_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("based_on", sa.String(40), nullable=False),
        sa.Column("permissions", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _to("custom_role", "tenant_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_custom_role"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_custom_role_tenant_id_name"),
    )
    op.create_index("ix_custom_role_tenant_id", "custom_role", ["tenant_id"])
    for table in HOLDERS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("custom_role_id", sa.Uuid(), nullable=True))
            batch.create_foreign_key(
                f"fk_{table}_custom_role_id_custom_role",
                "custom_role",
                ["custom_role_id"],
                ["id"],
                ondelete="RESTRICT",
            )
            batch.create_index(f"ix_{table}_custom_role_id", ["custom_role_id"])
    _create_grants()
    op.create_table(
        "break_glass_policy",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        _to("break_glass_policy", "tenant_id", "organisation"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_break_glass_policy"),
    )


def _create_grants() -> None:
    op.create_table(
        "support_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(200), server_default="", nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(200), server_default="", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(200), server_default="", nullable=False),
        _to("support_grant", "customer_id", "organisation"),
        _to("support_grant", "provider_id", "organisation"),
        _to("support_grant", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_support_grant"),
    )
    for columns in (
        ["customer_id", "state", "ends_at"],
        ["provider_id", "state", "ends_at"],
        ["person_id"],
    ):
        op.create_index("ix_support_grant_" + "_".join(columns), "support_grant", columns)


def downgrade() -> None:
    op.drop_table("break_glass_policy")
    op.drop_table("support_grant")
    for table in HOLDERS:
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_custom_role_id")
            batch.drop_constraint(f"fk_{table}_custom_role_id_custom_role", type_="foreignkey")
            batch.drop_column("custom_role_id")
    op.drop_table("custom_role")
