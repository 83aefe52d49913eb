"""Roll-outs, what they moved and who stopped them; recalls and the runs under way then.

Safe while the previous release runs: yes, the tables are unknown to it, and what is withdrawn
stops runs there whether or not it says so. What the previous release withdraws meanwhile, without
saying that no run may finish, is set right with the first look at the index
(`blocks.installs.revoking`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_w_rollouts"
down_revision = "20261128_v_shared_templates"


def upgrade() -> None:
    _block_recall()
    _rollout()
    _rollout_member()
    _rollout_pin()
    _rollout_stop()
    _recall()
    _recall_reach()
    _recall_run()
    op.execute("UPDATE block_install SET lets_finish = false WHERE state = 'withdrawn'")


def downgrade() -> None:
    for name in (
        "market_recall_run",
        "market_recall_reach",
        "market_recall",
        "market_rollout_stop",
        "market_rollout_pin",
        "market_rollout_member",
        "market_rollout",
        "block_recall",
    ):
        op.drop_table(name)


def _block_recall() -> None:
    op.create_table(
        "block_recall",
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["organisation.id"],
            name="fk_block_recall_owner_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", "owner_id", name="pk_block_recall"),
    )


def _rollout() -> None:
    op.create_table(
        "market_rollout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("plan", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "halted",
                "going_back",
                "rolled_back",
                "finished",
                name="rolloutstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column("ring_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_rollout_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_rollout"),
    )
    op.create_index("ix_market_rollout_due_at", "market_rollout", ["due_at"])
    op.create_index("ix_market_rollout_tenant_id", "market_rollout", ["tenant_id"])
    op.create_index(
        "ix_market_rollout_tenant_id_made_at", "market_rollout", ["tenant_id", "made_at"]
    )
    under_way = sa.text("state IN ('running', 'paused', 'going_back')")
    op.create_index(
        "uq_market_rollout_under_way",
        "market_rollout",
        ["tenant_id", "listing_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )


def _rollout_member() -> None:
    op.create_table(
        "market_rollout_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rollout_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "moved",
                "stopped",
                "kept_back",
                "back",
                "gone_on",
                name="memberstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("told", sa.String(500), nullable=False),
        sa.Column("installed", sa.Boolean(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_market_rollout_member_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rollout_id"],
            ["market_rollout.id"],
            name="fk_market_rollout_member_rollout_id_market_rollout",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_rollout_member_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_rollout_member"),
        sa.UniqueConstraint(
            "rollout_id",
            "organisation_id",
            name="uq_market_rollout_member_rollout_id_organisation_id",
        ),
    )
    op.create_index(
        "ix_market_rollout_member_organisation_id", "market_rollout_member", ["organisation_id"]
    )
    op.create_index(
        "ix_market_rollout_member_rollout_id_state",
        "market_rollout_member",
        ["rollout_id", "state"],
    )
    op.create_index("ix_market_rollout_member_tenant_id", "market_rollout_member", ["tenant_id"])


def _rollout_pin() -> None:
    op.create_table(
        "market_rollout_pin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rollout_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=False),
        sa.Column("before_number", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name="fk_market_rollout_pin_flow_id_flow", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rollout_id"],
            ["market_rollout.id"],
            name="fk_market_rollout_pin_rollout_id_market_rollout",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_rollout_pin_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_rollout_pin"),
        sa.UniqueConstraint(
            "rollout_id", "flow_id", name="uq_market_rollout_pin_rollout_id_flow_id"
        ),
    )
    op.create_index("ix_market_rollout_pin_flow_id", "market_rollout_pin", ["flow_id"])
    op.create_index("ix_market_rollout_pin_tenant_id", "market_rollout_pin", ["tenant_id"])


def _rollout_stop() -> None:
    op.create_table(
        "market_rollout_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_rollout_stop_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_rollout_stop"),
        sa.UniqueConstraint(
            "tenant_id",
            "listing_id",
            "below",
            name="uq_market_rollout_stop_tenant_id_listing_id_below",
        ),
    )
    op.create_index("ix_market_rollout_stop_tenant_id", "market_rollout_stop", ["tenant_id"])


def _recall() -> None:
    op.create_table(
        "market_recall",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("lets_finish", sa.Boolean(), nullable=False),
        sa.Column("replacement", sa.String(71), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_recall_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_recall"),
        sa.UniqueConstraint("tenant_id", "digest", name="uq_market_recall_tenant_id_digest"),
    )
    op.create_index("ix_market_recall_tenant_id", "market_recall", ["tenant_id"])


def _recall_reach() -> None:
    op.create_table(
        "market_recall_reach",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("lets_finish", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recall_id"],
            ["market_recall.id"],
            name="fk_market_recall_reach_recall_id_market_recall",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_recall_reach_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_recall_reach"),
        sa.UniqueConstraint(
            "recall_id", "tenant_id", name="uq_market_recall_reach_recall_id_tenant_id"
        ),
    )
    op.create_index("ix_market_recall_reach_tenant_id", "market_recall_reach", ["tenant_id"])


def _recall_run() -> None:
    op.create_table(
        "market_recall_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recall_id"],
            ["market_recall.id"],
            name="fk_market_recall_run_recall_id_market_recall",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_market_recall_run_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_market_recall_run"),
        sa.UniqueConstraint("recall_id", "run_id", name="uq_market_recall_run_recall_id_run_id"),
    )
    op.create_index("ix_market_recall_run_tenant_id", "market_recall_run", ["tenant_id"])
    op.create_index(
        "ix_market_recall_run_tenant_id_recall_id", "market_recall_run", ["tenant_id", "recall_id"]
    )
