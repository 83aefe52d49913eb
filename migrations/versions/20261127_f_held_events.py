"""Keep with an event that rules did not judge it, since planned work or a storm held it back.

Safe while the previous release runs: yes, the column is nullable and unread there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_f_held_events"
down_revision = "20261127_d_listener_state"


def upgrade() -> None:
    op.add_column("journal", sa.Column("held", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("journal", "held")
