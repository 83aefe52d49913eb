"""Let a provider have a brand: names, colours, pictures, a host name, the words of its mails.

Safe while the previous release runs: yes, the tables are unknown to it and the columns of mails
have defaults and are unread there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_h_brand"
down_revision = "20261128_f_data_keys"

_TEXTS = (
    ("accent_light", 7),
    ("accent_dark", 7),
    ("host_asked", 253),
    ("sender", 120),
    ("greeting", 120),
    ("signature", 500),
    ("documentation", 500),
    ("support", 500),
    ("terms", 500),
    ("logo", 64),
    ("icon", 64),
    ("letter", 64),
    ("style_digest", 64),
    ("changed_by", 200),
)
_OF_MAILS = (("sender_name", 120), ("sender_host", 253))


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"],
        ["organisation.id"],
        name=f"fk_{table}_organisation_id_organisation",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "brand",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.String(60), nullable=False),
        sa.Column("host", sa.String(253), nullable=True),
        *(sa.Column(name, sa.String(most), nullable=False) for name, most in _TEXTS),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _owner("brand"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_brand"),
        sa.UniqueConstraint("host", name="uq_brand_host"),
    )
    op.create_index("ix_brand_style_digest", "brand", ["style_digest"])
    op.create_table(
        "brand_image",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("ending", sa.String(3), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _owner("brand_image"),
        sa.PrimaryKeyConstraint("id", name="pk_brand_image"),
    )
    for name in ("digest", "organisation_id"):
        op.create_index(f"ix_brand_image_{name}", "brand_image", [name])
    for name, most in _OF_MAILS:
        op.add_column("mail", sa.Column(name, sa.String(most), nullable=False, server_default=""))


def downgrade() -> None:
    for name, _ in _OF_MAILS:
        op.drop_column("mail", name)
    op.drop_table("brand_image")
    op.drop_table("brand")
