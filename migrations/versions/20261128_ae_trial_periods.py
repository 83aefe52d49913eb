"""Keep for good when an organisation first had a block or pack: trial periods count from there.

What is installed now counts from when its earliest version that is left was installed.

Safe while the previous release runs: yes, the table is unknown to it. What is first installed there
meanwhile counts from the first day that is charged.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_ae_trial_periods"
down_revision = "20261128_ad_shadow_runs"


def upgrade() -> None:
    op.create_table(
        "block_first_install",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.String(81), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_block_first_install_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "listing_id", name="pk_block_first_install"),
    )
    for table, column in (("block_install", "block_id"), ("pack_install", "pack_id")):
        _fill(table, column)


def _fill(name: str, column: str) -> None:
    """Note what is installed, of each organisation the earliest version that is left."""
    there = sa.table(
        name,
        sa.column("tenant_id", sa.Uuid()),
        sa.column(column, sa.String()),
        sa.column("state", sa.String()),
        sa.column("installed_at", sa.DateTime(timezone=True)),
    )
    first = sa.table(
        "block_first_install",
        sa.column("tenant_id", sa.Uuid()),
        sa.column("listing_id", sa.String()),
        sa.column("first_on", sa.Date()),
    )
    at = sa.func.min(there.c.installed_at)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    day = sa.func.date(sa.func.timezone("UTC", at)) if is_postgresql else sa.func.date(at)
    wanted = sa.select(there.c.tenant_id, there.c[column], day).group_by(
        there.c.tenant_id, there.c[column]
    )
    if name == "block_install":
        wanted = wanted.where(there.c.state != "in development")
    is_known = sa.exists().where(
        first.c.tenant_id == there.c.tenant_id, first.c.listing_id == there.c[column]
    )
    wanted = wanted.where(~is_known)
    op.execute(first.insert().from_select(["tenant_id", "listing_id", "first_on"], wanted))


def downgrade() -> None:
    op.drop_table("block_first_install")
