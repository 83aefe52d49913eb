"""Services that a tenant bought, how they went, and which alarms concern them.

Safe while the previous release runs: yes, nothing else reads or writes these tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261127_b_services"
down_revision = "20261127_a_active_runs"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _services()
    _moments()
    _alarms()
    op.create_table(
        "service_following",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service_following")),
    )
    _imports()


def _services() -> None:
    _table(
        "service",
        _id(),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", sa.String(length=240), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("footing", DOCUMENT, nullable=False),
        sa.Column("defined_at", INSTANT, nullable=False),
        sa.Column("watched_from", INSTANT, nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_rank", sa.SmallInteger(), nullable=False),
        sa.Column("is_down", sa.Boolean(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("cause", DOCUMENT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_service_tenant_id_key")),
    )
    op.create_index(
        op.f("ix_service_tenant_id_state_rank_sort_name_id"),
        "service",
        ["tenant_id", "state_rank", "sort_name", "id"],
    )


def _moments() -> None:
    _table(
        "service_moment",
        sa.Column("seq", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("is_down", sa.Boolean(), nullable=False),
        sa.Column("cause", DOCUMENT, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        _reference("service_moment", "service_id", "service"),
        key=("seq",),
    )
    name = op.f("ix_service_moment_service_id_at")
    op.create_index(name, "service_moment", ["service_id", "at"])


def _alarms() -> None:
    _table(
        "service_alarm",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        _reference("service_alarm", "service_id", "service"),
        _reference("service_alarm", "alarm_id", "alarm"),
        key=("service_id", "alarm_id"),
    )
    op.create_index(op.f("ix_service_alarm_alarm_id"), "service_alarm", ["alarm_id"])
    name = op.f("ix_service_alarm_service_id_ended_at")
    op.create_index(name, "service_alarm", ["service_id", "ended_at"])


def _imports() -> None:
    _table(
        "service_import",
        _id(),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("document", DOCUMENT, nullable=True),
        sa.Column("problems", DOCUMENT, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
    )
    op.create_index(op.f("ix_service_import_tenant_id_id"), "service_import", ["tenant_id", "id"])


def downgrade() -> None:
    for table in (
        "service_import",
        "service_following",
        "service_alarm",
        "service_moment",
        "service",
    ):
        op.drop_table(table)


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), nullable=False)


def _table(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",)) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _reference(name, "tenant_id", "organisation"),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_tenant_id"), name, ["tenant_id"])


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
