"""Remember what of a pack's part a tenant had before it came.

Safe while the previous release runs: yes, the column is nullable and unread.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_zc_pack_stood"
down_revision = "20261127_zb_connection_end"

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("pack_part", sa.Column("stood", DOCUMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("pack_part", "stood")
