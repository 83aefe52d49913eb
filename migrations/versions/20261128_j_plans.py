"""Let providers make plans and put organisations on them, and record what is used.

Safe while the previous release runs: yes, the tables are unknown to it. What it does meanwhile is
not recorded, in the customers' favour.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_j_plans"
down_revision = "20261128_h_brand"


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_organisation(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_organisation"
    return sa.ForeignKeyConstraint([column], ["organisation.id"], name=name, ondelete="CASCADE")


def _of_plan(column: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_plan_use_{column}_plan"
    return sa.ForeignKeyConstraint([column], ["plan.id"], name=name, ondelete=ondelete)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def upgrade() -> None:
    document = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "plan",
        _id("id"),
        _id("owner_id"),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("terms", document, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _instant("retired_at", nullable=True),
        _instant("changed_at"),
        sa.Column("changed_by", sa.String(200), nullable=False),
        _of_organisation("plan", "owner_id"),
        _key("plan", "id"),
        sa.UniqueConstraint("owner_id", "name", name="uq_plan_owner_id_name"),
    )
    op.create_table(
        "plan_use",
        _id("organisation_id"),
        _id("plan_id"),
        _instant("since"),
        _instant("until", nullable=True),
        _id("then_id", nullable=True),
        sa.Column("by", sa.String(200), nullable=False),
        _of_organisation("plan_use", "organisation_id"),
        _of_plan("plan_id", "CASCADE"),
        _of_plan("then_id", "SET NULL"),
        _key("plan_use", "organisation_id"),
    )
    op.create_index("ix_plan_use_plan_id", "plan_use", ["plan_id"])
    op.create_index("ix_plan_use_then_id", "plan_use", ["then_id"])
    op.create_table(
        "spend_cap",
        _id("organisation_id"),
        sa.Column("by_provider", sa.Boolean(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        _instant("changed_at"),
        sa.Column("changed_by", sa.String(200), nullable=False),
        _of_organisation("spend_cap", "organisation_id"),
        _key("spend_cap", "organisation_id", "by_provider"),
    )
    op.create_table(
        "usage_fact",
        _id("tenant_id"),
        sa.Column("metric", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _of_organisation("usage_fact", "tenant_id"),
        _key("usage_fact", "tenant_id", "metric", "day", "key"),
    )
    op.create_table(
        "usage_day",
        _id("tenant_id"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("metric", sa.String(20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        _instant("added_up_at"),
        _of_organisation("usage_day", "tenant_id"),
        _key("usage_day", "tenant_id", "day", "metric"),
    )
    op.create_index("ix_usage_day_day", "usage_day", ["day"])
    op.create_table(
        "usage_warning",
        _id("tenant_id"),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        _instant("at"),
        _of_organisation("usage_warning", "tenant_id"),
        _key("usage_warning", "tenant_id", "name", "since"),
    )


def downgrade() -> None:
    for name in ("usage_warning", "usage_day", "usage_fact", "spend_cap", "plan_use", "plan"):
        op.drop_table(name)
