"""Let organisations have business calendars, and schedules remember how far they came.

Safe while the previous release runs: yes, what is new is unread by it. A schedule that is live
already gets its mark from the scheduler: what it missed before is not made up for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_b_calendars"
down_revision = "20261126_a_hooks"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        _tenant_of("calendar"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_calendar_tenant_id_name")),
    )
    op.create_index(op.f("ix_calendar_tenant_id"), "calendar", ["tenant_id"])
    op.create_table(
        "schedule_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("trigger_id", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("fired_at", INSTANT, nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name=op.f("fk_schedule_mark_flow_id_flow"), ondelete="CASCADE"
        ),
        _tenant_of("schedule_mark"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_mark")),
        sa.UniqueConstraint(
            "flow_id", "trigger_id", name=op.f("uq_schedule_mark_flow_id_trigger_id")
        ),
    )
    op.create_index(op.f("ix_schedule_mark_tenant_id"), "schedule_mark", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("schedule_mark")
    op.drop_table("calendar")


def _tenant_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )
