"""Let organisations publish: namespaces, keys, listings, releases, their checks and reviews.

Safe while the previous release runs: yes, the tables are unknown to it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261128_q_releases"
down_revision = "20261128_p_warning_choice"

_STILL_COUNTS = sa.text("state NOT IN ('refused', 'rejected')")


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _instants(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(one, sa.DateTime(timezone=True), nullable=nullable) for one in names]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(one, sa.Text(), nullable=False) for one in names]


def _words(**lengths: int) -> list[sa.Column[Any]]:
    return [sa.Column(one, sa.String(most), nullable=False) for one, most in lengths.items()]


def _document(name: str) -> sa.Column[Any]:
    kind = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _points(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _publishers()
    _releases()
    _reviews()


def _publishers() -> None:
    op.create_table(
        "market_publisher",
        *_words(namespace=40),
        _id("owner_id"),
        *_words(title=80, support=300),
        *_texts("proof"),
        *_words(state=40),
        *_texts("reason"),
        *_instants("claimed_at"),
        *_words(claimed_by=200),
        *_instants("decided_at", nullable=True),
        *_words(decided_by=200),
        _key("market_publisher", "namespace"),
    )
    op.create_index("ix_market_publisher_owner_id", "market_publisher", ["owner_id"])
    op.create_table(
        "market_publisher_key",
        _id("id"),
        *_words(namespace=40, key_id=80, public=80, label=80),
        *_instants("added_at"),
        *_words(added_by=200),
        *_instants("revoked_at", nullable=True),
        _points("market_publisher_key", "namespace", "market_publisher", "namespace"),
        sa.UniqueConstraint("namespace", "key_id", name="uq_market_publisher_key_namespace_key_id"),
        _key("market_publisher_key", "id"),
    )
    op.create_table(
        "market_listing",
        *_words(listing_id=81, namespace=40),
        _id("owner_id"),
        *_words(kind=20, title=80, summary=300, support=300),
        *_instants("changed_at"),
        *_words(changed_by=200),
        _key("market_listing", "listing_id"),
    )
    op.create_index("ix_market_listing_namespace", "market_listing", ["namespace"])
    op.create_index("ix_market_listing_owner_id", "market_listing", ["owner_id"])


def _releases() -> None:
    table = "market_release"
    op.create_table(
        table,
        _id("id"),
        *_words(listing_id=81, version=64),
        _id("owner_id"),
        *_words(kind=20, digest=71),
        _document("manifest"),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        *_words(state=40, channel=40, level=20),
        *_texts("changelog"),
        *_instants("submitted_at"),
        *_words(submitted_by=200),
        _id("submitted_by_id", nullable=True),
        *_instants("claimed_until", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_instants("decided_at", "listed_at", nullable=True),
        *_words(successor=81),
        sa.Column("ends_on", sa.Date(), nullable=True),
        *_texts("state_reason"),
        _points(table, "listing_id", "market_listing", "listing_id"),
        _key(table, "id"),
    )
    op.create_index(
        "uq_market_release_listing_id_version",
        table,
        ["listing_id", "version"],
        unique=True,
        sqlite_where=_STILL_COUNTS,
        postgresql_where=_STILL_COUNTS,
    )
    for columns in (("state", "submitted_at"), ("owner_id", "submitted_at"), ("digest",)):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
    op.create_table(
        "market_release_check",
        _id("release_id"),
        *_words(name=40),
        sa.Column("place", sa.Integer(), nullable=False),
        *_words(outcome=40),
        *_texts("words", "remedy"),
        _document("findings"),
        *_instants("ended_at", nullable=True),
        _points("market_release_check", "release_id", table),
        _key("market_release_check", "release_id", "name"),
    )


def _reviews() -> None:
    op.create_table(
        "market_review",
        _id("release_id"),
        _id("reviewer_id"),
        *_words(reviewer=200, verdict=40),
        *_texts("reasons"),
        _document("checklist"),
        *_instants("decided_at"),
        _points("market_review", "release_id", "market_release"),
        _key("market_review", "release_id", "reviewer_id"),
    )
    table = "market_review_message"
    op.create_table(
        table,
        _id("id"),
        _id("release_id"),
        *_words(side=40, author=200),
        _id("author_id", nullable=True),
        *_texts("text"),
        *_instants("written_at"),
        _points(table, "release_id", "market_release"),
        _key(table, "id"),
    )
    op.create_index(f"ix_{table}_release_id_written_at", table, ["release_id", "written_at"])


def downgrade() -> None:
    for table in (
        "market_review_message",
        "market_review",
        "market_release_check",
        "market_release",
        "market_listing",
        "market_publisher_key",
        "market_publisher",
    ):
        op.drop_table(table)
