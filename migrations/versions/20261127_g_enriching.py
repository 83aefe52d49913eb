"""Count what the inventory lacked; keep days and tickets of trends; drop an index of runs.

Safe while the previous release runs: yes, what is new is unread by it, and every query that the
index served has a longer one that begins with the same column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_g_enriching"
down_revision = "20261127_f_held_events"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    number = sa.Column("unknown_objects", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("source", number)
    last = sa.Column("last_unknown_object", sa.String(512), nullable=False, server_default="")
    op.add_column("source", last)
    op.create_table(
        "alarm_day",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day_at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _tenant_of("alarm_day"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "day_at", "what", "severity", name=op.f("pk_alarm_day")
        ),
    )
    op.create_table(
        "alarm_ticket",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _tenant_of("alarm_ticket"),
        sa.PrimaryKeyConstraint("tenant_id", "reference", name=op.f("pk_alarm_ticket")),
    )
    op.create_index(op.f("ix_alarm_ticket_tenant_id_at"), "alarm_ticket", ["tenant_id", "at"])
    op.drop_index(op.f("ix_run_tenant_id"), "run")


def downgrade() -> None:
    op.create_index(op.f("ix_run_tenant_id"), "run", ["tenant_id"])
    op.drop_table("alarm_ticket")
    op.drop_table("alarm_day")
    op.drop_column("source", "last_unknown_object")
    op.drop_column("source", "unknown_objects")


def _tenant_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )
