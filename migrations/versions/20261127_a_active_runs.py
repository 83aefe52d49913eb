"""Count runs under way by an index alone.

Safe while the previous release runs: yes, it is the same index with a column more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_a_active_runs"
down_revision = "20261126_i_listener"

ACTIVE = sa.text("ended_at IS NULL")
BEFORE = ("tenant_id", "parked", "held", "flow_id", "concurrency_key")


def upgrade() -> None:
    _replace_index(*BEFORE, "ended_at")


def downgrade() -> None:
    _replace_index(*BEFORE)


def _replace_index(*columns: str) -> None:
    op.drop_index("ix_run_active", "run")
    op.create_index(
        "ix_run_active", "run", list(columns), sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )
