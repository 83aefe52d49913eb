"""Keep the imports of the inventory and of services in one table.

Safe while the previous release runs: no. What was read and what was applied moves; the two tables
it stood in leave.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_o_staged_imports"
down_revision = "20261127_g_enriching"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)
BEFORE = {"inventory": "inventory_import", "services": "service_import"}
COLUMNS = (
    "id", "tenant_id", "origin", "format", "document", "problems", "counts", "created_at",
    "created_by", "applied_at",
)  # fmt: skip


def upgrade() -> None:
    _table("staged_import", sa.Column("kind", sa.String(length=20), nullable=False))
    op.create_index(
        op.f("ix_staged_import_tenant_id_kind_id"), "staged_import", ["tenant_id", "kind", "id"]
    )
    new = _named("staged_import", "kind")
    for kind, name in BEFORE.items():
        old = _named(name)
        rows = sa.select(sa.literal(kind), *(old.c[column] for column in COLUMNS))
        op.execute(new.insert().from_select(["kind", *COLUMNS], rows))
        op.drop_table(name)


def downgrade() -> None:
    new = _named("staged_import", "kind")
    for kind, name in BEFORE.items():
        _table(name)
        op.create_index(op.f(f"ix_{name}_tenant_id_id"), name, ["tenant_id", "id"])
        rows = sa.select(*(new.c[column] for column in COLUMNS)).where(new.c.kind == kind)
        op.execute(_named(name).insert().from_select(list(COLUMNS), rows))
    op.drop_table("staged_import")


def _named(name: str, *more: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in (*more, *COLUMNS)))


def _table(name: str, *columns: sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("document", DOCUMENT, nullable=True),
        sa.Column("problems", DOCUMENT, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f(f"fk_{name}_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_tenant_id"), name, ["tenant_id"])
