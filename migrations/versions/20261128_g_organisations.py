"""Let organisations have a state of their life, and keep what was changed of it.

Safe while the previous release runs: yes, the columns have defaults and are unread there, and the
table is unknown to it. It would not know an organisation of the kind `reseller`: make the first
one when all processes are of this release.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_g_organisations"
down_revision = "20261128_e_roles"


def _instant(name: str, *, nullable: bool = True) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column(
        "organisation",
        sa.Column("state", sa.String(40), nullable=False, server_default="active"),
    )
    for name in ("state_since", "state_until", "created_at"):
        op.add_column("organisation", _instant(name))
    op.add_column(
        "organisation",
        sa.Column("state_reason", sa.String(300), nullable=False, server_default=""),
    )
    op.create_table(
        "organisation_state_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        _instant("at", nullable=False),
        sa.Column("before", sa.String(40), nullable=False),
        sa.Column("after", sa.String(40), nullable=False),
        _instant("until"),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_organisation_state_change_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_state_change"),
    )
    op.create_index(
        "ix_organisation_state_change_organisation_id_at",
        "organisation_state_change",
        ["organisation_id", "at"],
    )


def downgrade() -> None:
    op.drop_table("organisation_state_change")
    for name in ("state_reason", "created_at", "state_until", "state_since", "state"):
        op.drop_column("organisation", name)
