"""Let workflows ask people.

Safe while the previous release runs: yes, what is new is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_b_approvals"
down_revision = "20261125_a_runs"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
INSTANT = sa.DateTime(timezone=True)
DUE = sa.text("notice_at IS NOT NULL")


def upgrade() -> None:
    _create_approval()
    _create_below("approval_right", _right_columns(), "who")
    _create_below("approval_vote", _vote_columns(), "number")


def downgrade() -> None:
    op.drop_table("approval_vote")
    op.drop_table("approval_right")
    op.drop_table("approval")


def _create_approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=300), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("flow_name", sa.String(length=200), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("excludes_starter", sa.Boolean(), nullable=False),
        sa.Column("form", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("timeout_port", sa.String(length=80), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("remind_every_s", sa.Float(), nullable=True),
        sa.Column("notice_at", INSTANT, nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("notice_claim", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_approval_run_id_run"), ondelete="CASCADE"
        ),
        _tenant_of("approval"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "run_id", "step", "attempt", name=op.f("uq_approval_run_id_step_attempt")
        ),
    )
    op.create_index(op.f("ix_approval_tenant_id"), "approval", ["tenant_id"])
    op.create_index(
        op.f("ix_approval_tenant_id_state_opened_at"),
        "approval",
        ["tenant_id", "state", "opened_at"],
    )
    op.create_index(
        "ix_approval_notice",
        "approval",
        ["notice_at"],
        sqlite_where=DUE,
        postgresql_where=DUE,
    )


def _create_below(table: str, columns: list[sa.Column], key: str) -> None:
    constraints: list[sa.Constraint] = [
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approval.id"],
            name=op.f(f"fk_{table}_approval_id_approval"),
            ondelete="CASCADE",
        ),
        _tenant_of(table),
        sa.PrimaryKeyConstraint("approval_id", key, name=op.f(f"pk_{table}")),
    ]
    if table == "approval_vote":
        constraints.append(
            sa.UniqueConstraint(
                "approval_id", "voter", name=op.f("uq_approval_vote_approval_id_voter")
            )
        )
    op.create_table(
        table,
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *columns,
        *constraints,
    )
    op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"])


def _tenant_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )


def _right_columns() -> list[sa.Column]:
    return [sa.Column("who", sa.String(length=300), nullable=False)]


def _vote_columns() -> list[sa.Column]:
    return [
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("form", DOCUMENT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    ]
