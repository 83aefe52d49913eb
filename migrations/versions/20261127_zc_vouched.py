"""Note of a block's package which signed packs it came in, and who signed those.

Safe while the previous release runs: yes, it leaves the column at its default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_zc_vouched"
down_revision = "20261127_zc_pack_stood"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column(
        "block_package", sa.Column("vouched_in", DOCUMENT, nullable=False, server_default="{}")
    )


def downgrade() -> None:
    op.drop_column("block_package", "vouched_in")
