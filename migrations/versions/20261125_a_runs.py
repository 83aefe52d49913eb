"""Let runs nest, wait for events, queue behind each other and keep large values once.

Safe while the previous release runs: yes, what is new is nullable or has a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_a_runs"
down_revision = "20261124_first_schema"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
DUE = sa.text("due_at IS NOT NULL")
ACTIVE = sa.text("ended_at IS NULL")
HELD = sa.text("held")
NESTED = sa.text("parent_run_id IS NOT NULL")


def upgrade() -> None:
    _create_blob()
    _create_event_wait()
    for column in _run_columns():
        op.add_column("run", column)
    op.add_column("flow_version", sa.Column("calls", DOCUMENT, nullable=True))
    _replace_due_index("run", "tenant_id", "due_at")
    for name, columns, where in (
        ("ix_run_active", ["flow_id", "concurrency_key"], ACTIVE),
        ("ix_run_held", ["tenant_id", "flow_id", "started_at"], HELD),
        ("ix_run_parent", ["parent_run_id"], NESTED),
    ):
        op.create_index(name, "run", columns, sqlite_where=where, postgresql_where=where)
    op.add_column(
        "step_record",
        sa.Column("worker_group", sa.String(length=60), nullable=False, server_default=""),
    )
    op.add_column("step_record", sa.Column("variables", DOCUMENT, nullable=True))
    _replace_due_index("step_record", "worker_group", "tenant_id", "due_at")
    with op.batch_alter_table("step_record", schema=None) as batch_op:
        batch_op.alter_column(
            "step", existing_type=sa.String(length=120), type_=sa.String(length=300)
        )


def downgrade() -> None:
    with op.batch_alter_table("step_record", schema=None) as batch_op:
        batch_op.alter_column(
            "step", existing_type=sa.String(length=300), type_=sa.String(length=120)
        )
    _replace_due_index("step_record", "due_at")
    op.drop_column("step_record", "variables")
    op.drop_column("step_record", "worker_group")
    for name in ("ix_run_parent", "ix_run_held", "ix_run_active"):
        op.drop_index(name, "run")
    _replace_due_index("run", "due_at")
    for column in reversed(_run_columns()):
        op.drop_column("run", column.name)
    op.drop_column("flow_version", "calls")
    op.drop_table("event_wait")
    op.drop_table("blob")


def _run_columns() -> list[sa.Column]:
    """Add them one by one: SQLite would copy the table for more, and its rows' steps with it."""
    return [
        sa.Column("output", DOCUMENT, nullable=True),
        sa.Column("parent_run_id", sa.Uuid(), nullable=True),
        sa.Column("parent_step", sa.String(length=300), nullable=True),
        sa.Column("parent_attempt", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rerun_of", sa.Uuid(), nullable=True),
        sa.Column("concurrency_key", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("wish", DOCUMENT, nullable=True),
        sa.Column("pins", DOCUMENT, nullable=True),
    ]


def _replace_due_index(table: str, *columns: str) -> None:
    name = f"ix_{table}_due"
    op.drop_index(name, table)
    op.create_index(name, table, list(columns), sqlite_where=DUE, postgresql_where=DUE)


def _create_blob() -> None:
    op.create_table(
        "blob",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_blob_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_blob")),
    )


def _create_event_wait() -> None:
    op.create_table(
        "event_wait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=300), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("match", DOCUMENT, nullable=True),
        sa.Column("port", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_event_wait_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f("fk_event_wait_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_wait")),
        sa.UniqueConstraint(
            "run_id", "step", "attempt", name=op.f("uq_event_wait_run_id_step_attempt")
        ),
    )
    op.create_index(op.f("ix_event_wait_tenant_id"), "event_wait", ["tenant_id"])
    op.create_index(
        op.f("ix_event_wait_tenant_id_kind_key"), "event_wait", ["tenant_id", "kind", "key"]
    )
