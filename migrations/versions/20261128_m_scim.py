"""Keep what directories say of people (SCIM), and what customers are called elsewhere (TMF632).

Safe while the previous release runs: yes, the tables are unknown to it. A member whom it removes
meanwhile is told to the directory as inactive.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_m_scim"
down_revision = "20261128_l_oidc"


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _instant(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _text(name: str, length: int) -> sa.Column[sa.String]:
    return sa.Column(name, sa.String(length), nullable=False)


def _to(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_scim_user_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    document = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "scim_user",
        _id("id"),
        _id("tenant_id"),
        _text("user_name", 254),
        _text("user_key", 254),
        _text("email", 254),
        _text("external_id", 254),
        sa.Column("said", document, nullable=False),
        _id("person_id", nullable=True),
        _id("invitation_id", nullable=True),
        _text("role", 60),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _instant("made_at"),
        _instant("changed_at"),
        _to("tenant_id", "organisation", "CASCADE"),
        _to("person_id", "person", "SET NULL"),
        _to("invitation_id", "invitation", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_scim_user"),
        sa.UniqueConstraint("tenant_id", "user_key", name="uq_scim_user_tenant_id_user_key"),
    )
    op.create_index("ix_scim_user_tenant_id", "scim_user", ["tenant_id"])
    op.create_index("ix_scim_user_tenant_id_person_id", "scim_user", ["tenant_id", "person_id"])
    op.create_index("ix_scim_user_person_id", "scim_user", ["person_id"])
    op.create_index("ix_scim_user_invitation_id", "scim_user", ["invitation_id"])
    op.create_table(
        "party_note",
        _id("organisation_id"),
        sa.Column("said", document, nullable=False),
        _instant("changed_at"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_party_note_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_party_note"),
    )


def downgrade() -> None:
    for table in ("party_note", "scim_user"):
        op.drop_table(table)
