"""Let organisations sign their people in by identity providers of their own.

Safe while the previous release runs: yes, the tables are unknown to it. It would let a session
that a provider opened into every organisation of its person, so switch providers on once every
process is of the new release.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261128_l_oidc"
down_revision = "20261128_k_deletion"


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _id(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _document(name: str) -> sa.Column[object]:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _to(table: str, column: str, target: str, on_delete: str = "CASCADE") -> sa.Constraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def upgrade() -> None:
    _create_provider()
    _create_what_hangs_on_it()
    _create_demand()


def _create_provider() -> None:
    op.create_table(
        "identity_provider",
        _id("id"),
        _id("tenant_id"),
        _text("name", 60),
        _text("issuer", 500),
        _text("client_id", 255),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        _text("scopes", 500),
        _flag("makes_people"),
        _text("default_role", 60),
        _text("groups_claim", 120),
        _document("role_map"),
        _flag("follows_groups"),
        _document("strong_values"),
        _flag("trusts_addresses"),
        _flag("is_on"),
        _instant("tried_at", nullable=True),
        _instant("made_at"),
        _instant("changed_at"),
        _text("changed_by", 200),
        _to("identity_provider", "tenant_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_provider"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_identity_provider_tenant_id_name"),
    )
    _index("identity_provider", "tenant_id")


def _create_what_hangs_on_it() -> None:
    domain, linked, session = "identity_domain", "linked_identity", "identity_session"
    op.create_table(
        domain,
        _id("id"),
        _id("tenant_id"),
        _id("provider_id"),
        _text("domain", 253),
        _text("key", 64),
        _instant("proven_at", nullable=True),
        _to(domain, "tenant_id", "organisation"),
        _to(domain, "provider_id", "identity_provider"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_domain"),
        sa.UniqueConstraint("provider_id", "domain", name="uq_identity_domain_provider_id_domain"),
    )
    _index(domain, "tenant_id", "domain")
    op.create_table(
        linked,
        _id("id"),
        _id("tenant_id"),
        _id("provider_id"),
        _id("person_id"),
        _text("issuer", 500),
        _text("subject", 255),
        _instant("made_at"),
        _to(linked, "tenant_id", "organisation"),
        _to(linked, "provider_id", "identity_provider"),
        _to(linked, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_linked_identity"),
        sa.UniqueConstraint(
            "provider_id",
            "issuer",
            "subject",
            name="uq_linked_identity_provider_id_issuer_subject",
        ),
    )
    _index(linked, "tenant_id", "person_id")
    op.create_table(
        session,
        _id("sign_in_id"),
        _id("tenant_id"),
        _id("provider_id"),
        sa.Column("token_sealed", sa.Text(), nullable=True),
        _to(session, "tenant_id", "organisation"),
        _to(session, "sign_in_id", "sign_in"),
        _to(session, "provider_id", "identity_provider"),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_identity_session"),
    )
    _index(session, "tenant_id", "provider_id")


def _create_demand() -> None:
    op.create_table(
        "identity_demand",
        _id("tenant_id"),
        _id("way_out_id", nullable=True),
        _instant("changed_at"),
        _text("changed_by", 200),
        _to("identity_demand", "tenant_id", "organisation"),
        _to("identity_demand", "way_out_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_identity_demand"),
    )
    _index("identity_demand", "way_out_id")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in (
        "identity_demand",
        "identity_session",
        "linked_identity",
        "identity_domain",
        "identity_provider",
    ):
        op.drop_table(table)
