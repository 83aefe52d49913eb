"""Keep the whole lifecycle of alarms: shelf, groups, planned outages, owners, expiry, escalation.

Safe while the previous release runs: yes, what is new has a default or is unread by it. It lists
shelved alarms among the active ones.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_g_alarm_lifecycle"
down_revision = "20261126_f_approval_subject"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)
NAMES = ("managed_object_type", "place")
TEXTS = ("proposed_repair_actions", "shelved_reason")
PEOPLE = ("owner", "shelved_by")
FLAGS = ("planned_outage", "is_root_cause")
INSTANTS = ("first_reported_at", "expires_at", "escalate_at", "shelved_until")
DUE = ("shelved_until", "expires_at", "escalate_at", "cleared_at")
OF_CONDITION = ("last_clear_at", "clear_held_until")


def upgrade() -> None:
    for column in _alarm_columns():
        op.add_column("alarm", column)
    for name in OF_CONDITION:
        op.add_column("condition", sa.Column(name, INSTANT, nullable=True))
    _list_by("suppressed_at", "shelved_until")
    op.create_index(op.f("ix_alarm_parent_id"), "alarm", ["parent_id"])
    for name in DUE:
        where = sa.text(f"{name} IS NOT NULL")
        columns = [name, "tenant_id"]
        op.create_index(
            f"ix_alarm_{name}", "alarm", columns, sqlite_where=where, postgresql_where=where
        )
    _create_alarm_policy()


def downgrade() -> None:
    op.drop_table("alarm_policy")
    for name in DUE:
        op.drop_index(f"ix_alarm_{name}", "alarm")
    op.drop_index(op.f("ix_alarm_parent_id"), "alarm")
    _list_by("suppressed_at")
    for name in reversed(OF_CONDITION):
        op.drop_column("condition", name)
    for column in reversed(_alarm_columns()):
        op.drop_column("alarm", column.name)


def _alarm_columns() -> list[sa.Column[Any]]:
    return [
        *(_required(name, sa.String(length=512), "") for name in NAMES),
        *(_required(name, sa.Text(), "") for name in TEXTS),
        *(_required(name, sa.String(length=200), "") for name in PEOPLE),
        *(_required(name, sa.Boolean(), sa.false()) for name in FLAGS),
        *(sa.Column(name, INSTANT, nullable=True) for name in INSTANTS),
        _required("escalation_level", sa.SmallInteger(), "0"),
        _required("affected_customers", DOCUMENT, "[]"),
        sa.Column("threshold", DOCUMENT, nullable=True),
        sa.Column("service_affecting", sa.Boolean(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
    ]


def _required(name: str, kind: sa.types.TypeEngine[Any], default: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)


def _list_by(*columns: str) -> None:
    more = "".join(f" AND {name} IS NULL" for name in columns)
    kept = {
        "ix_alarm_active": ["severity_rank", "last_raised_at", "id", "is_active", *columns],
        "ix_alarm_active_recent": ["last_raised_at", "id"],
    }
    for name, after_tenant in kept.items():
        op.drop_index(name, "alarm")
        op.create_index(
            name,
            "alarm",
            ["tenant_id", *after_tenant],
            sqlite_where=sa.text("is_active = 1" + more),
            postgresql_where=sa.text("is_active" + more),
        )


def _create_alarm_policy() -> None:
    op.create_table(
        "alarm_policy",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("policy", DOCUMENT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_alarm_policy_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_alarm_policy")),
    )
