"""Remember what a person did last to alarms, so that it can be undone.

Safe while the previous release runs: yes, what is new is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_l_alarm_deed"
down_revision = "20261127_j_source_sender"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
OWNERS = {"tenant_id": "organisation", "person_id": "person"}


def upgrade() -> None:
    op.create_table(
        "alarm_deed",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", DOCUMENT, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_alarm_deed_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in OWNERS.items()
        ),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", name=op.f("pk_alarm_deed")),
    )


def downgrade() -> None:
    op.drop_table("alarm_deed")
