"""Let rules remember by group, wait for timers, and send notices.

Safe while the previous release runs: no, it remembers what it counted in `rule_match`, which goes.
Windows that are half full at the change begin anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_k_rule_memory"
down_revision = "20261126_g_alarm_lifecycle"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)


def upgrade() -> None:
    op.drop_table("rule_match")
    op.add_column(
        "rule", sa.Column("left_out", sa.BigInteger(), nullable=False, server_default="0")
    )
    _create_memory()
    _create_timer()
    _create_notice()


def downgrade() -> None:
    op.drop_table("rule_notice")
    op.drop_table("rule_timer")
    op.drop_table("rule_memory")
    op.drop_column("rule", "left_out")
    _create_match()


def _of_a_rule(table: str) -> list[sa.schema.SchemaItem]:
    """Give what every table of a rule's doings has: whose it is, and that it goes with the rule."""
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("group_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["rule.id"],
            name=op.f(f"fk_{table}_rule_id_rule"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name=op.f(f"fk_{table}_tenant_id_organisation"),
            ondelete="CASCADE",
        ),
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _create_memory() -> None:
    op.create_table(
        "rule_memory",
        *_of_a_rule("rule_memory"),
        sa.Column("newest_us", sa.BigInteger(), nullable=False),
        sa.Column("state", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "group_key", name=op.f("pk_rule_memory")),
    )
    _index("rule_memory", "tenant_id")
    _index("rule_memory", "rule_id", "newest_us")


def _create_timer() -> None:
    op.create_table(
        "rule_timer",
        *_of_a_rule("rule_timer"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ripe_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "group_key", "seq", name=op.f("pk_rule_timer")),
    )
    _index("rule_timer", "tenant_id")
    _index("rule_timer", "ripe_us", "tenant_id")
    _index("rule_timer", "tenant_id", "ripe_us")


def _create_notice() -> None:
    op.create_table(
        "rule_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_of_a_rule("rule_notice"),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("recipients", DOCUMENT, nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_notice")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_rule_notice_tenant_id_key")),
    )
    _index("rule_notice", "tenant_id")
    _index("rule_notice", "due_at")
    _index("rule_notice", "rule_id", "group_key", "made_at")
    _index("rule_notice", "tenant_id", "made_at")


def _create_match() -> None:
    op.create_table(
        "rule_match",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_of_a_rule("rule_match"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_match")),
        sa.UniqueConstraint("rule_id", "seq", name=op.f("uq_rule_match_rule_id_seq")),
    )
    _index("rule_match", "tenant_id")
    _index("rule_match", "rule_id", "group_key", "at")
