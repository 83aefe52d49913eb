"""Let people come in by links: invitations, mails, links of a person, sign-ups.

Safe while the previous release runs: yes, the tables and the column are unknown to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_d_people"
down_revision = "20261128_a_audit"

_OPEN = sa.text("accepted_at IS NULL AND revoked_at IS NULL")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _to(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def upgrade() -> None:
    op.add_column("person", _instant("email_verified_at", nullable=True))
    _create_mail()
    _create_invitation()
    _create_person_link()
    _create_sign_ups()


def _create_mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("recipient", 254),
        _text("subject", 300),
        sa.Column("text", sa.Text(), nullable=False),
        _text("kind", 40),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        _instant("made_at"),
        _instant("due_at", nullable=True),
        _instant("until", nullable=True),
        _text("claim", 60, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _instant("sent_at", nullable=True),
        _text("failed", 300),
        _to("mail", "organisation_id", "organisation", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
    )
    for column in ("due_at", "about_id", "made_at", "organisation_id"):
        op.create_index(f"ix_mail_{column}", "mail", [column])


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _text("email", 254),
        _text("role", 60),
        _text("digest", 64),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        _instant("made_at"),
        _text("made_by", 300),
        _instant("link_made_at"),
        _instant("expires_at"),
        _instant("accepted_at", nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        _instant("revoked_at", nullable=True),
        _to("invitation", "tenant_id", "organisation", "CASCADE"),
        _to("invitation", "accepted_by", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("digest", name="uq_invitation_digest"),
    )
    op.create_index("ix_invitation_tenant_id", "invitation", ["tenant_id"])
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["tenant_id", "email"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _create_person_link() -> None:
    op.create_table(
        "person_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("kind", 40),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        _text("email", 254),
        _text("digest", 64),
        _instant("made_at"),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
        _to("person_link", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_person_link"),
        sa.UniqueConstraint("digest", name="uq_person_link_digest"),
    )
    op.create_index("ix_person_link_person_id", "person_link", ["person_id"])
    op.create_index("ix_person_link_expires_at", "person_link", ["expires_at"])
    op.create_index(
        "ix_person_link_kind_email_made_at", "person_link", ["kind", "email", "made_at"]
    )


def _create_sign_ups() -> None:
    op.create_table(
        "sign_up_policy",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _instant("changed_at"),
        _text("changed_by", 300),
        _to("sign_up_policy", "tenant_id", "organisation", "CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_sign_up_policy"),
    )
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _text("organisation", 120),
        _text("name", 120),
        _text("email", 254),
        _text("digest", 64),
        _instant("made_at"),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        _to("sign_up", "tenant_id", "organisation", "CASCADE"),
        _to("sign_up", "made_id", "organisation", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_up"),
        sa.UniqueConstraint("digest", name="uq_sign_up_digest"),
    )
    op.create_index("ix_sign_up_tenant_id", "sign_up", ["tenant_id"])
    op.create_index("ix_sign_up_tenant_id_made_at", "sign_up", ["tenant_id", "made_at"])


def downgrade() -> None:
    for table in ("sign_up", "sign_up_policy", "person_link", "invitation", "mail"):
        op.drop_table(table)
    op.drop_column("person", "email_verified_at")
