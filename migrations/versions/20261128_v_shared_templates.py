"""Let organisations share templates, and take over those of others.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_v_shared_templates"
down_revision = "20261128_u_market_search"


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[sa.String]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[sa.Integer]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> sa.Column[sa.JSON]:
    kind = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def upgrade() -> None:
    op.create_table(
        "market_template",
        _id("id"),
        _id("owner_id"),
        _text("owner_name", 120),
        _text("kind", 20),
        _text("title", 80),
        _text("summary", 300),
        _text("audience", 20),
        _number("latest"),
        _number("revision"),
        _id("based_on", nullable=True),
        _instant("withdrawn_at", nullable=True),
        _instant("changed_at"),
        _to("market_template", "owner_id", "organisation", "CASCADE"),
        _key("market_template"),
    )
    op.create_index("ix_market_template_owner_id_title", "market_template", ["owner_id", "title"])
    op.create_index("ix_market_template_audience_title", "market_template", ["audience", "title"])
    op.create_table(
        "market_template_version",
        _id("id"),
        _id("template_id"),
        _number("number"),
        _json("document"),
        _json("slots"),
        _json("blocks"),
        _text("digest", 32),
        _text("note", 500),
        _instant("shared_at"),
        _to("market_template_version", "template_id", "market_template", "CASCADE"),
        _key("market_template_version"),
        sa.UniqueConstraint(
            "template_id", "number", name="uq_market_template_version_template_id_number"
        ),
    )
    op.create_table(
        "market_template_source",
        _id("id"),
        _id("tenant_id"),
        _id("template_id"),
        _id("subject_id"),
        _json("numbering"),
        _json("confirmed"),
        _text("shared_by", 200),
        _to("market_template_source", "tenant_id", "organisation", "CASCADE"),
        _to("market_template_source", "template_id", "market_template", "CASCADE"),
        _key("market_template_source"),
        sa.UniqueConstraint("template_id", name="uq_market_template_source_template_id"),
        sa.UniqueConstraint(
            "tenant_id", "subject_id", name="uq_market_template_source_tenant_id_subject_id"
        ),
    )
    op.create_index("ix_market_template_source_tenant_id", "market_template_source", ["tenant_id"])
    op.create_table(
        "market_template_use",
        _id("id"),
        _id("tenant_id"),
        _id("template_id", nullable=True),
        _text("owner_name", 120),
        _text("kind", 20),
        _text("title", 80),
        _number("version"),
        _id("made_id"),
        _json("base"),
        _json("filled"),
        _text("audience", 20),
        _instant("let_go_at", nullable=True),
        _instant("taken_at"),
        _text("taken_by", 200),
        _to("market_template_use", "tenant_id", "organisation", "CASCADE"),
        _to("market_template_use", "template_id", "market_template", "SET NULL"),
        _key("market_template_use"),
        sa.UniqueConstraint(
            "tenant_id", "made_id", name="uq_market_template_use_tenant_id_made_id"
        ),
    )
    op.create_index("ix_market_template_use_tenant_id", "market_template_use", ["tenant_id"])
    op.create_index("ix_market_template_use_template_id", "market_template_use", ["template_id"])


def downgrade() -> None:
    for table in ("use", "source", "version"):
        op.drop_table(f"market_template_{table}")
    op.drop_table("market_template")
