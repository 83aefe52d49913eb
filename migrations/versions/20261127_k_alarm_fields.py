"""Keep of alarms whether they clear by their source, who reported them, and their problem record.

Safe while the previous release runs: yes, what is new has a default or is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_k_alarm_fields"
down_revision = "20261127_n_kept_answers"

NAMES = ("reporting_system", "problem")


def upgrade() -> None:
    op.add_column("alarm", sa.Column("will_clear", sa.Boolean(), nullable=True))
    for name in NAMES:
        kind = sa.String(length=512)
        op.add_column("alarm", sa.Column(name, kind, nullable=False, server_default=""))


def downgrade() -> None:
    for name in reversed(NAMES):
        op.drop_column("alarm", name)
    op.drop_column("alarm", "will_clear")
