"""Let providers announce things to those they look after, and change many of them at once.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_o_announcements"
down_revision = "20261128_n_templates"


def _id(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _document(name: str) -> sa.Column[sa.JSON]:
    kind = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def upgrade() -> None:
    op.create_table(
        "announcement",
        _id("id"),
        _id("owner_id"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(60), nullable=False),
        *(
            _instant(name, nullable=True)
            for name in ("shown_from", "shown_until", "work_starts", "work_ends")
        ),
        _document("audience"),
        sa.Column("mails", sa.Boolean(), nullable=False),
        sa.Column("dismissable", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _instant("made_at"),
        _instant("changed_at"),
        sa.Column("changed_by", sa.String(200), nullable=False),
        *(_instant(name, nullable=True) for name in ("published_at", "withdrawn_at", "tell_at")),
        _points("announcement", "owner_id", "organisation"),
        _key("announcement", "id"),
    )
    op.create_index("ix_announcement_owner_id_made_at", "announcement", ["owner_id", "made_at"])
    op.create_index("ix_announcement_tell_at", "announcement", ["tell_at"])
    _below("announcement_change", sa.Column("verb", sa.String(20), nullable=False), "what")
    _below("announcement_update", sa.Column("text", sa.Text(), nullable=False))
    op.create_table(
        "announcement_reach",
        _id("tenant_id"),
        _id("announcement_id"),
        _instant("reached_at"),
        sa.Column("mail_due", sa.Boolean(), nullable=False),
        _points("announcement_reach", "tenant_id", "organisation"),
        _points("announcement_reach", "announcement_id", "announcement"),
        _key("announcement_reach", "tenant_id", "announcement_id"),
    )
    op.create_table(
        "announcement_seen",
        _id("tenant_id"),
        _id("announcement_id"),
        _id("person_id"),
        _instant("seen_at"),
        _instant("dismissed_at", nullable=True),
        _points("announcement_seen", "tenant_id", "organisation"),
        _points("announcement_seen", "announcement_id", "announcement"),
        _points("announcement_seen", "person_id", "person"),
        _key("announcement_seen", "tenant_id", "announcement_id", "person_id"),
    )
    for table, column in (
        ("announcement_reach", "announcement_id"),
        ("announcement_reach", "mail_due"),
        ("announcement_seen", "announcement_id"),
        ("announcement_seen", "person_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    _bulk()


def _below(table: str, column: sa.Column[str], document: str = "") -> None:
    op.create_table(
        table,
        _id("id"),
        _id("announcement_id"),
        _instant("at"),
        sa.Column("by", sa.String(200), nullable=False),
        column,
        *([_document(document)] if document else []),
        _points(table, "announcement_id", "announcement"),
        _key(table, "id"),
    )
    op.create_index(f"ix_{table}_announcement_id", table, ["announcement_id"])


def _bulk() -> None:
    op.create_table(
        "customer_change",
        _id("id"),
        _id("owner_id"),
        sa.Column("verb", sa.String(20), nullable=False),
        _document("wish"),
        _id("undoes_id", nullable=True),
        _instant("made_at"),
        sa.Column("made_by", sa.String(200), nullable=False),
        _instant("done_at", nullable=True),
        _points("customer_change", "owner_id", "organisation"),
        _key("customer_change", "id"),
    )
    op.create_index(
        "ix_customer_change_owner_id_made_at", "customer_change", ["owner_id", "made_at"]
    )
    op.create_table(
        "customer_change_item",
        _id("change_id"),
        sa.Column("place", sa.Integer(), nullable=False),
        _id("organisation_id"),
        _document("before"),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("why_not", sa.String(500), nullable=False),
        _points("customer_change_item", "change_id", "customer_change"),
        _points("customer_change_item", "organisation_id", "organisation"),
        _key("customer_change_item", "change_id", "place"),
    )
    op.create_index(
        "ix_customer_change_item_organisation_id", "customer_change_item", ["organisation_id"]
    )


def downgrade() -> None:
    for name in (
        "customer_change_item",
        "customer_change",
        "announcement_seen",
        "announcement_reach",
        "announcement_update",
        "announcement_change",
        "announcement",
    ):
        op.drop_table(name)
