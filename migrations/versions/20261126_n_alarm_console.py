"""Keep the alarm list quick: words to search in, an index for each order; views people save.

Safe while the previous release runs: yes, what is new is unread by it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261126_n_alarm_console"
down_revision = "20261126_m_inventory"

INSTANT = sa.DateTime(timezone=True)
WORDS = (
    "lower(managed_object || ' ' || specific_problem || ' ' || probable_cause"
    " || ' ' || source || ' ' || text)"
)
LISTED = {
    "sqlite_where": sa.text("is_active = 1 AND suppressed_at IS NULL AND shelved_until IS NULL"),
    "postgresql_where": sa.text("is_active AND suppressed_at IS NULL AND shelved_until IS NULL"),
}
ORDERS = {"object": "managed_object", "count": "count"}


def upgrade() -> None:
    # SQLite adds a computed column only where it is not stored, PostgreSQL only where it is.
    is_stored = True if op.get_bind().dialect.name == "postgresql" else None
    words = sa.Column("words", sa.Text(), sa.Computed(WORDS, persisted=is_stored), nullable=True)
    op.add_column("alarm", words)
    for name, column in ORDERS.items():
        columns = ["tenant_id", column, "id"]
        op.create_index(f"ix_alarm_active_{name}", "alarm", columns, **LISTED)
    if op.get_bind().dialect.name == "sqlite":
        state = ["is_active", "suppressed_at", "shelved_until"]
        columns = ["tenant_id", "last_raised_at", "id", *state, "words"]
        op.create_index("ix_alarm_active_words", "alarm", columns, **LISTED)
    _create_alarm_view()
    _create_alarm_hour()


def downgrade() -> None:
    op.drop_table("alarm_hour")
    op.drop_table("alarm_view")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_alarm_active_words", "alarm")
    for name in ORDERS:
        op.drop_index(f"ix_alarm_active_{name}", "alarm")
    op.drop_column("alarm", "words")


def _create_alarm_view() -> None:
    op.create_table(
        "alarm_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_alarm_view_person_id_person"),
            ondelete="CASCADE",
        ),
        _tenant_of("alarm_view"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_view")),
    )
    op.create_index(op.f("ix_alarm_view_tenant_id"), "alarm_view", ["tenant_id"])


def _create_alarm_hour() -> None:
    op.create_table(
        "alarm_hour",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour_at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _tenant_of("alarm_hour"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "hour_at", "what", "severity", name=op.f("pk_alarm_hour")
        ),
    )
    op.create_index(op.f("ix_alarm_hour_tenant_id"), "alarm_hour", ["tenant_id"])


def _tenant_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"],
        ["organisation.id"],
        name=op.f(f"fk_{table}_tenant_id_organisation"),
        ondelete="CASCADE",
    )
