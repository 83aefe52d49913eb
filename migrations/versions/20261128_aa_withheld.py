"""Let an attempt of a step keep apart what its provider hides of its settings.

Safe while the previous release runs: yes, the column is nullable and unread there; that release
gives no step what a provider decided.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_aa_withheld"
down_revision = "20261128_z_curating"


def upgrade() -> None:
    document = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )
    op.add_column("step_record", sa.Column("withheld", document, nullable=True))


def downgrade() -> None:
    op.drop_column("step_record", "withheld")
