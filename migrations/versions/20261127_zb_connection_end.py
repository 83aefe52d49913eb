"""Note on a connection that an alarm tells of its end.

Safe while the previous release runs: yes, it leaves the column at its default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_zb_connection_end"
down_revision = "20261127_z_earlier_draft"


def upgrade() -> None:
    op.add_column(
        "connection", sa.Column("end_told", sa.String(20), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("connection", "end_told")
