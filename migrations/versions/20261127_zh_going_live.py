"""Let a second person say yes before something goes live, and let organisations try things out.

Safe while the previous release runs: yes, it leaves the columns at their defaults and knows none of
the tables; what it changes meanwhile has no author that is known: it takes somebody who asks.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261127_zh_going_live"
down_revision = "20261127_zg_draft_revisions"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
OPEN = sa.text("state = 'open'")
DUE = sa.text("notice_at IS NOT NULL")
_NOT_LIVE = """
    SELECT 'flow' AS subject, flow.tenant_id, flow.id, NULL AS by_id, updated_by, draft_revision
    FROM flow LEFT JOIN flow_version AS live ON live.id = flow.live_version_id
    WHERE live.id IS NULL OR live.digest <> flow.draft_digest
    UNION ALL
    SELECT 'rule', rule.tenant_id, rule.id, draft_by_id, updated_by, draft_revision
    FROM rule LEFT JOIN rule_version AS live ON live.id = rule.live_version_id
    WHERE live.id IS NULL OR live.document <> rule.draft
"""
_AUTHORS = sa.table(
    "draft_author",
    *(sa.column(name, sa.Uuid()) for name in ("id", "tenant_id", "flow_id", "rule_id")),
    *(sa.column(name) for name in ("who", "name", "first", "last")),
)


def _tenant(table: str, column: str = "tenant_id") -> sa.Column:
    name = f"fk_{table}_{column}_organisation"
    key = sa.ForeignKey("organisation.id", name=name, ondelete="CASCADE")
    return sa.Column(column, sa.Uuid(), key, nullable=False)


def _subjects(table: str) -> list[sa.Column]:
    return [
        sa.Column(
            f"{one}_id",
            sa.Uuid(),
            sa.ForeignKey(f"{one}.id", name=f"fk_{table}_{one}_id_{one}", ondelete="CASCADE"),
            nullable=True,
        )
        for one in ("flow", "rule")
    ]


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, size: int) -> sa.Column:
    return sa.Column(name, sa.String(size), nullable=False)


def upgrade() -> None:
    for column in (
        sa.Column("flows_need", sa.String(20), nullable=False, server_default="one"),
        sa.Column("yes_role", sa.String(20), nullable=False, server_default=""),
        sa.Column("effects_need_approval", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("history", DOCUMENT, nullable=False, server_default="[]"),
    ):
        op.add_column("organisation_policy", column)
    op.add_column("rule", sa.Column("yes_mode", sa.String(20), nullable=False, server_default=""))
    op.add_column("rule", sa.Column("made_of", DOCUMENT, nullable=False, server_default="{}"))
    for table in ("flow_version", "rule_version"):
        op.add_column(table, sa.Column("made_of", DOCUMENT, nullable=False, server_default="{}"))
        op.add_column(
            table, sa.Column("took_two", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "draft_author",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant("draft_author"),
        *_subjects("draft_author"),
        _text("who", 40),
        _text("name", 200),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_author"),
        sa.UniqueConstraint("flow_id", "who", name="uq_draft_author_flow_id_who"),
        sa.UniqueConstraint("rule_id", "who", name="uq_draft_author_rule_id_who"),
    )
    op.create_index("ix_draft_author_tenant_id", "draft_author", ["tenant_id"])
    _note_what_is_known()
    _create_requests()
    op.create_table(
        "environment",
        sa.Column(
            "organisation_id",
            sa.Uuid(),
            sa.ForeignKey(
                "organisation.id",
                name="fk_environment_organisation_id_organisation",
                ondelete="CASCADE",
            ),
            nullable=False,
        ),
        _tenant("environment", "live_id"),
        _text("name", 120),
        _moment("made_at"),
        _text("made_by", 200),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_environment"),
    )
    op.create_index("ix_environment_live_id", "environment", ["live_id"])
    _create_promotions()


def _note_what_is_known() -> None:
    """Note who changed what is not live yet, and in which mode rules were put live already.

    Of workflows nobody was noted: a word for nobody known stands for whoever it was, which holds
    back only where it takes two.
    """
    op.execute(sa.text("UPDATE rule SET yes_mode = mode"))
    found = op.get_bind().execute(sa.text(_NOT_LIVE)).all()
    rows = [
        {
            "id": uuid4(),
            "tenant_id": UUID(str(one.tenant_id)),
            f"{one.subject}_id": UUID(str(one.id)),
            "who": str(UUID(str(one.by_id))) if one.by_id else "installation",
            "name": one.updated_by[:200],
            "first": one.draft_revision,
            "last": one.draft_revision,
        }
        for one in found
    ]
    for row in rows:
        op.get_bind().execute(sa.insert(_AUTHORS).values(**row))


def _create_requests() -> None:
    op.create_table(
        "publish_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant("publish_request"),
        *_subjects("publish_request"),
        _text("name", 120),
        _text("mode", 20),
        sa.Column("document", DOCUMENT, nullable=False),
        _text("digest", 64),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=True),
        _text("fixed", 64),
        sa.Column("authors", DOCUMENT, nullable=False),
        _text("note", 500),
        _moment("asked_at"),
        _text("asked_by", 200),
        _text("asked_key", 40),
        _moment("until"),
        _text("state", 40),
        _moment("ended_at", nullable=True),
        _text("ended_by", 200),
        _text("reason", 500),
        sa.Column("number", sa.Integer(), nullable=True),
        _moment("notice_at", nullable=True),
        sa.Column("notice_claim", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_publish_request"),
    )
    op.create_index("ix_publish_request_tenant_id", "publish_request", ["tenant_id"])
    for subject in ("flow", "rule"):
        op.create_index(
            f"uq_publish_request_{subject}",
            "publish_request",
            [f"{subject}_id"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.create_index(
        "ix_publish_request_tenant_id_state_asked_at",
        "publish_request",
        ["tenant_id", "state", "asked_at"],
    )
    op.create_index(
        "ix_publish_request_notice",
        "publish_request",
        ["notice_at"],
        sqlite_where=DUE,
        postgresql_where=DUE,
    )


def _create_promotions() -> None:
    op.create_table(
        "promotion",
        sa.Column("id", sa.Uuid(), nullable=False),
        _tenant("promotion"),
        _tenant("promotion", "from_id"),
        _text("from_name", 120),
        sa.Column("items", DOCUMENT, nullable=False),
        sa.Column("before", DOCUMENT, nullable=False),
        _text("note", 500),
        _text("state", 40),
        _moment("asked_at"),
        _text("asked_by", 200),
        _text("asked_key", 40),
        _moment("ended_at", nullable=True),
        _text("ended_by", 200),
        _text("reason", 500),
        sa.PrimaryKeyConstraint("id", name="pk_promotion"),
    )
    op.create_index("ix_promotion_tenant_id", "promotion", ["tenant_id"])
    op.create_index("ix_promotion_from_id", "promotion", ["from_id"])
    op.create_index("ix_promotion_tenant_id_asked_at", "promotion", ["tenant_id", "asked_at"])


def downgrade() -> None:
    for table in ("promotion", "environment", "publish_request", "draft_author"):
        op.drop_table(table)
    for table in ("flow_version", "rule_version"):
        op.drop_column(table, "took_two")
        op.drop_column(table, "made_of")
    for column in ("made_of", "yes_mode"):
        op.drop_column("rule", column)
    for column in ("history", "effects_need_approval", "yes_role", "flows_need"):
        op.drop_column("organisation_policy", column)
