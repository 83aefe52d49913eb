"""Let a tenant install packs, and remember what each part of them became.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_x_pack"
down_revision = "20261127_u_step_state"

DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def _tenant(table: str) -> sa.Column[sa.Uuid[object]]:
    name = f"fk_{table}_tenant_id_organisation"
    key = sa.ForeignKey("organisation.id", name=name, ondelete="CASCADE")
    return sa.Column("tenant_id", sa.Uuid(), key, nullable=False)


def _which() -> list[sa.Column[object]]:
    return [
        sa.Column("pack_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("manifest", DOCUMENT, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "pack_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant("pack_offer"),
        *_which(),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("signers", DOCUMENT, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pack_offer"),
        sa.UniqueConstraint(
            "tenant_id", "pack_id", "version", name="uq_pack_offer_tenant_id_pack_id_version"
        ),
    )
    op.create_table(
        "pack_install",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant("pack_install"),
        *_which(),
        sa.Column("goes_back_to", sa.String(64), nullable=False),
        sa.Column("before", DOCUMENT, nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("installed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pack_install"),
        sa.UniqueConstraint("tenant_id", "pack_id", name="uq_pack_install_tenant_id_pack_id"),
    )
    op.create_table(
        "pack_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant("pack_part"),
        sa.Column(
            "install_id",
            sa.Uuid(),
            sa.ForeignKey(
                "pack_install.id", name="fk_pack_part_install_id_pack_install", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("is_brought", sa.Boolean(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pack_part"),
        sa.UniqueConstraint("install_id", "file", name="uq_pack_part_install_id_file"),
    )
    for table in ("pack_offer", "pack_install", "pack_part"):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])


def downgrade() -> None:
    op.drop_table("pack_part")
    op.drop_table("pack_install")
    op.drop_table("pack_offer")
