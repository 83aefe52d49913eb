"""Count active alarms by object and severity by an index alone.

Safe while the previous release runs: yes, it is the same index with columns more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_c_map_counts"
down_revision = "20261127_b_services"

LISTED = {
    "sqlite_where": sa.text("is_active = 1 AND suppressed_at IS NULL AND shelved_until IS NULL"),
    "postgresql_where": sa.text("is_active AND suppressed_at IS NULL AND shelved_until IS NULL"),
}
BEFORE = ("tenant_id", "managed_object", "id")


def upgrade() -> None:
    _replace_index(*BEFORE, "severity_rank", "is_active", "suppressed_at", "shelved_until")


def downgrade() -> None:
    _replace_index(*BEFORE)


def _replace_index(*columns: str) -> None:
    op.drop_index("ix_alarm_active_object", "alarm")
    op.create_index("ix_alarm_active_object", "alarm", list(columns), **LISTED)
