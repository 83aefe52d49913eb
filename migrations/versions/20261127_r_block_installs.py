"""Keep packages of blocks, who installed which, and a number that grows with every change.

Safe while the previous release runs: yes, nothing of it reads or writes these tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_r_block_installs"
down_revision = "20261127_q_trust"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "block_package",
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("block_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("manifest", DOCUMENT, nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("signers", DOCUMENT, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_block_package"),
    )
    op.create_index("ix_block_package_block_id", "block_package", ["block_id"])
    op.create_table(
        "block_install",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.String(81), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("lets_finish", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("permissions", DOCUMENT, nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_by", sa.String(200), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("installed_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_block_install_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["block_package.digest"],
            name="fk_block_install_digest_block_package",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_block_install"),
        sa.UniqueConstraint(
            "tenant_id", "block_id", "version", name="uq_block_install_tenant_id_block_id_version"
        ),
    )
    op.create_index("ix_block_install_tenant_id", "block_install", ["tenant_id"])
    op.create_index("ix_block_install_digest", "block_install", ["digest"])
    op.create_table(
        "block_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_block_upload_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["digest"],
            ["block_package.digest"],
            name="fk_block_upload_digest_block_package",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_block_upload"),
        sa.UniqueConstraint("tenant_id", "digest", name="uq_block_upload_tenant_id_digest"),
    )
    op.create_index("ix_block_upload_tenant_id", "block_upload", ["tenant_id"])
    op.create_index("ix_block_upload_digest", "block_upload", ["digest"])
    change = op.create_table(
        "block_installs_change",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_block_installs_change"),
    )
    op.bulk_insert(change, [{"id": 1, "number": 0}])


def downgrade() -> None:
    op.drop_table("block_installs_change")
    op.drop_table("block_upload")
    op.drop_table("block_install")
    op.drop_table("block_package")
