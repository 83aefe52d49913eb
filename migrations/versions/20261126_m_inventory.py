"""Relations and imports of the inventory, maintenance windows, held alarms and storms.

Safe while the previous release runs: no. What stood in `resource.parent_id` becomes relations, and
the column leaves: only the demo's data had it.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_m_inventory"
down_revision = "20261126_p_rule_backtest"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _relations()
    _imports()
    _maintenance()
    _holds()
    _storms()


def _relations() -> None:
    with op.batch_alter_table("resource") as batch:
        for name, size in (("type", 120), ("site", 300), ("origin", 120)):
            batch.add_column(sa.Column(name, sa.String(size), nullable=False, server_default=""))
    _table(
        "resource_relation",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        _reference("resource_relation", "from_id", "resource"),
        _reference("resource_relation", "to_id", "resource"),
        _unique("resource_relation", "from_id", "to_id", "kind"),
    )
    op.create_index(op.f("ix_resource_relation_to_id"), "resource_relation", ["to_id"])
    _move_parents()
    with op.batch_alter_table("resource") as batch:
        batch.drop_index(op.f("ix_resource_parent_id"))
        batch.drop_constraint(op.f("fk_resource_parent_id_resource"), type_="foreignkey")
        batch.drop_column("parent_id")
    with op.batch_alter_table("resource") as batch:
        for name in ("type", "site", "origin"):
            batch.alter_column(name, server_default=None)
        batch.create_index(op.f("ix_resource_tenant_id_site"), ["tenant_id", "site"])
        batch.create_index(op.f("ix_resource_tenant_id_origin"), ["tenant_id", "origin"])
    _table(
        "inventory_state",
        sa.Column("version", sa.BigInteger(), nullable=False),
        _unique("inventory_state", "tenant_id"),
    )


def _move_parents() -> None:
    resource = sa.table(
        "resource",
        sa.column("id", sa.Uuid()),
        sa.column("tenant_id", sa.Uuid()),
        sa.column("parent_id", sa.Uuid()),
    )
    relation = sa.table(
        "resource_relation",
        sa.column("id", sa.Uuid()),
        sa.column("tenant_id", sa.Uuid()),
        sa.column("from_id", sa.Uuid()),
        sa.column("to_id", sa.Uuid()),
        sa.column("kind", sa.String()),
    )
    found = op.get_bind().execute(sa.select(resource).where(resource.c.parent_id.is_not(None)))
    rows = [
        {
            "id": uuid.uuid4(),
            "tenant_id": row.tenant_id,
            "from_id": row.parent_id,
            "to_id": row.id,
            "kind": "contains",
        }
        for row in found
    ]
    if rows:
        op.bulk_insert(relation, rows)


def _imports() -> None:
    _table(
        "inventory_import",
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("document", DOCUMENT, nullable=True),
        sa.Column("problems", DOCUMENT, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
    )
    op.create_index(
        op.f("ix_inventory_import_tenant_id_id"), "inventory_import", ["tenant_id", "id"]
    )


def _maintenance() -> None:
    _table(
        "maintenance_window",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("rrule", sa.String(length=500), nullable=False),
        sa.Column("skipped", DOCUMENT, nullable=False),
        sa.Column("cuts", DOCUMENT, nullable=False),
        sa.Column("scope", DOCUMENT, nullable=False),
        sa.Column("suppresses", sa.Boolean(), nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("uid", sa.String(length=300), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
    )
    for column in ("until_at", "uid"):
        name = op.f(f"ix_maintenance_window_tenant_id_{column}")
        op.create_index(name, "maintenance_window", ["tenant_id", column])


def _holds() -> None:
    _table(
        "alarm_hold",
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(length=20), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        _reference("alarm_hold", "alarm_id", "alarm"),
        _unique("alarm_hold", "alarm_id", "holder_id"),
    )
    for column in ("until", "holder_id"):
        op.create_index(op.f(f"ix_alarm_hold_{column}"), "alarm_hold", [column])


def _storms() -> None:
    _table(
        "storm_protection",
        sa.Column("document", DOCUMENT, nullable=False),
        _unique("storm_protection", "tenant_id"),
    )
    _table(
        "storm_scope",
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("buckets", DOCUMENT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("storm_id", sa.Uuid(), nullable=True),
        sa.Column("began_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("severities", DOCUMENT, nullable=False),
        sa.Column("objects", DOCUMENT, nullable=False),
        _unique("storm_scope", "tenant_id", "scope", "key"),
    )
    op.create_index(op.f("ix_storm_scope_due_at"), "storm_scope", ["due_at"])


def downgrade() -> None:
    for table in (
        "storm_scope",
        "storm_protection",
        "alarm_hold",
        "maintenance_window",
        "inventory_import",
        "inventory_state",
        "resource_relation",
    ):
        op.drop_table(table)
    with op.batch_alter_table("resource") as batch:
        batch.drop_index(op.f("ix_resource_tenant_id_origin"))
        batch.drop_index(op.f("ix_resource_tenant_id_site"))
        for name in ("origin", "site", "type"):
            batch.drop_column(name)
        batch.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_resource_parent_id_resource"),
            "resource",
            ["parent_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_index(op.f("ix_resource_parent_id"), ["parent_id"])


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *columns,
        _reference(name, "tenant_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_tenant_id"), name, ["tenant_id"])


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))
