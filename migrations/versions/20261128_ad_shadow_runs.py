"""Shadow runs and what came of steps; what of a recall could not be done.

Safe while the previous release runs: yes, the tables are unknown to it and the column is nullable
and unread.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_ad_shadow_runs"
down_revision = "20261128_ac_mirror"


def upgrade() -> None:
    op.add_column("market_recall", sa.Column("not_done", _json(), nullable=True))
    _shadow()
    _shadow_step()


def downgrade() -> None:
    op.drop_table("market_shadow_step")
    op.drop_table("market_shadow")
    op.drop_column("market_recall", "not_done")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _owner(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_tenant_id_organisation"
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["organisation.id"], name=name, ondelete="CASCADE"
    )


def _shadow() -> None:
    op.create_table(
        "market_shadow",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("among", _json(), nullable=False),
        sa.Column("per_step", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "cancelled",
                "failed",
                name="shadowstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("flows_total", sa.Integer(), nullable=False),
        sa.Column("flows_done", sa.Integer(), nullable=False),
        sa.Column("found", _json(), nullable=False),
        sa.Column("told", sa.String(500), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _owner("market_shadow"),
        sa.PrimaryKeyConstraint("id", name="pk_market_shadow"),
    )
    op.create_index("ix_market_shadow_tenant_id", "market_shadow", ["tenant_id"])
    op.create_index(
        "ix_market_shadow_tenant_id_digest_below", "market_shadow", ["tenant_id", "digest", "below"]
    )
    op.create_index("ix_market_shadow_state_made_at", "market_shadow", ["state", "made_at"])


def _shadow_step() -> None:
    op.create_table(
        "market_shadow_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shadow_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(100), nullable=False),
        sa.Column("counts", _json(), nullable=False),
        sa.Column("paths", _json(), nullable=False),
        sa.Column("codes", _json(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shadow_id"],
            ["market_shadow.id"],
            name="fk_market_shadow_step_shadow_id_market_shadow",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flow.id"], name="fk_market_shadow_step_flow_id_flow", ondelete="CASCADE"
        ),
        _owner("market_shadow_step"),
        sa.PrimaryKeyConstraint("id", name="pk_market_shadow_step"),
        sa.UniqueConstraint(
            "shadow_id", "flow_id", "step", name="uq_market_shadow_step_shadow_id_flow_id_step"
        ),
    )
    op.create_index("ix_market_shadow_step_tenant_id", "market_shadow_step", ["tenant_id"])
    op.create_index("ix_market_shadow_step_flow_id", "market_shadow_step", ["flow_id"])
