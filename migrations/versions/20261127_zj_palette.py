"""Keep what the palette remembers of a person: the blocks they marked, and those placed last.

Safe while the previous release runs: yes, the table is unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_zj_palette"
down_revision = "20261127_zi_templates"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "palette_memory",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("favourites", DOCUMENT, nullable=False),
        sa.Column("recent", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_palette_memory_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name="fk_palette_memory_person_id_person",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", name="pk_palette_memory"),
    )


def downgrade() -> None:
    op.drop_table("palette_memory")
