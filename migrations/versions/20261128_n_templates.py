"""Let providers keep templates of organisations, and note what customers have of them.

Safe while the previous release runs: yes, the tables are unknown to it, and it leaves the column
empty, which stands for no plan.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_n_templates"
down_revision = "20261128_m_scim"


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[sa.String]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[sa.Integer]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _of_tenant(table: str) -> sa.ForeignKeyConstraint:
    return _to(table, "tenant_id", "organisation", "CASCADE")


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def upgrade() -> None:
    document = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "tenant_template",
        _id("id"),
        _id("tenant_id"),
        _text("name", 80),
        _text("words", 500),
        _number("latest"),
        _number("revision"),
        _instant("archived_at", nullable=True),
        _instant("changed_at"),
        _text("changed_by", 200),
        _of_tenant("tenant_template"),
        _key("tenant_template", "id"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_tenant_template_tenant_id_name"),
    )
    op.create_table(
        "tenant_template_version",
        _id("id"),
        _id("tenant_id"),
        _id("template_id"),
        _number("number"),
        sa.Column("chosen", document, nullable=False),
        sa.Column("contents", document, nullable=False),
        sa.Column("outline", document, nullable=False),
        _text("digest", 32),
        _id("model_id", nullable=True),
        _text("model_name", 120),
        _text("note", 500),
        _instant("taken_at"),
        _text("taken_by", 200),
        _of_tenant("tenant_template_version"),
        _to("tenant_template_version", "template_id", "tenant_template", "CASCADE"),
        _to("tenant_template_version", "model_id", "organisation", "SET NULL"),
        _key("tenant_template_version", "id"),
        sa.UniqueConstraint(
            "template_id", "number", name="uq_tenant_template_version_template_id_number"
        ),
    )
    op.create_table(
        "tenant_template_plan",
        _id("plan_id"),
        _id("tenant_id"),
        _id("template_id"),
        _of_tenant("tenant_template_plan"),
        _to("tenant_template_plan", "plan_id", "plan", "CASCADE"),
        _to("tenant_template_plan", "template_id", "tenant_template", "CASCADE"),
        _key("tenant_template_plan", "plan_id"),
    )
    op.create_table(
        "tenant_template_use",
        _id("id"),
        _id("tenant_id"),
        _id("template_id", nullable=True),
        _id("owner_id", nullable=True),
        _text("owner_name", 120),
        _text("name", 80),
        _number("version"),
        sa.Column("slots", document, nullable=False),
        sa.Column("said", document, nullable=False),
        _instant("offered_at"),
        _text("offered_by", 200),
        _instant("brought_at", nullable=True),
        _text("brought_by", 200),
        _instant("put_away_at", nullable=True),
        _of_tenant("tenant_template_use"),
        _to("tenant_template_use", "template_id", "tenant_template", "SET NULL"),
        _to("tenant_template_use", "owner_id", "organisation", "SET NULL"),
        _key("tenant_template_use", "id"),
        sa.UniqueConstraint(
            "tenant_id", "template_id", name="uq_tenant_template_use_tenant_id_template_id"
        ),
    )
    op.create_table(
        "tenant_template_part",
        _id("id"),
        _id("tenant_id"),
        _id("use_id"),
        _text("kind", 20),
        _text("file", 240),
        _text("title", 200),
        _id("part_id", nullable=True),
        sa.Column("is_brought", sa.Boolean(), nullable=False),
        sa.Column("document", document, nullable=False),
        _of_tenant("tenant_template_part"),
        _to("tenant_template_part", "use_id", "tenant_template_use", "CASCADE"),
        _key("tenant_template_part", "id"),
        sa.UniqueConstraint("use_id", "file", name="uq_tenant_template_part_use_id_file"),
    )
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
    with op.batch_alter_table("sign_up_policy") as batch:
        batch.add_column(_id("plan_id", nullable=True))
        batch.create_foreign_key(
            "fk_sign_up_policy_plan_id_plan", "plan", ["plan_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_index("ix_sign_up_policy_plan_id", ["plan_id"])


INDEXES = (
    ("tenant_template", ("tenant_id",)),
    ("tenant_template_use", ("tenant_id",)),
    ("tenant_template_part", ("tenant_id",)),
    ("tenant_template_version", ("tenant_id",)),
    ("tenant_template_version", ("model_id",)),
    ("tenant_template_plan", ("tenant_id",)),
    ("tenant_template_plan", ("template_id",)),
    ("tenant_template_use", ("template_id",)),
    ("tenant_template_use", ("owner_id", "template_id")),
    ("tenant_template_part", ("tenant_id", "part_id")),
)


def downgrade() -> None:
    with op.batch_alter_table("sign_up_policy") as batch:
        batch.drop_index("ix_sign_up_policy_plan_id")
        batch.drop_constraint("fk_sign_up_policy_plan_id_plan", type_="foreignkey")
        batch.drop_column("plan_id")
    for name in ("part", "use", "plan", "version"):
        op.drop_table(f"tenant_template_{name}")
    op.drop_table("tenant_template")
