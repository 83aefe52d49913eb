"""Refuse in the database that audit entries are altered or dropped; how long each keeps them.

An entry may be given its number, once. It may go when the chain's mark `kept_from` was moved past
it, or together with its whole organisation: a cascade deletes the organisation's row first.

Safe while the previous release runs: yes, it neither alters nor drops entries.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_b_audit_kept"
down_revision = "20261128_c_sign_ins"

_MAY_NOT_GO = """
    EXISTS (SELECT 1 FROM organisation WHERE organisation.id = OLD.tenant_id)
    AND NOT EXISTS (
        SELECT 1 FROM audit_chain
        WHERE audit_chain.tenant_id = OLD.tenant_id AND OLD.number < audit_chain.kept_from
    )
"""
_ALTERED = "audit entries are append-only: none is altered"
_DROPPED = "audit entries are append-only: none is dropped that is still kept"

# INSERT OR REPLACE would drop a row past the trigger on DELETE.
_SQLITE = (
    f"""
    CREATE TRIGGER audit_entry_unaltered BEFORE UPDATE ON audit_entry
    WHEN OLD.number IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{_ALTERED}'); END
    """,
    f"""
    CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    WHEN {_MAY_NOT_GO}
    BEGIN SELECT RAISE(ABORT, '{_DROPPED}'); END
    """,
    """
    CREATE TRIGGER audit_entry_unreplaced BEFORE INSERT ON audit_entry
    WHEN EXISTS (
        SELECT 1 FROM audit_entry
        WHERE id = NEW.id OR (tenant_id = NEW.tenant_id AND number = NEW.number)
    )
    BEGIN SELECT RAISE(ABORT, 'audit entries are append-only: none is written over'); END
    """,
)
_POSTGRESQL = (
    f"""
    CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION '{_ALTERED}' USING ERRCODE = 'integrity_constraint_violation';
        ELSIF TG_OP = 'TRUNCATE' THEN
            RAISE EXCEPTION '{_DROPPED}' USING ERRCODE = 'integrity_constraint_violation';
        ELSIF {_MAY_NOT_GO} THEN
            RAISE EXCEPTION '{_DROPPED}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_unaltered BEFORE UPDATE ON audit_entry
    FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION audit_entry_refuse()
    """,
    """
    CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()
    """,
    """
    CREATE TRIGGER audit_entry_untruncated BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()
    """,
)
_TRIGGERS = {
    "sqlite": ("audit_entry_unaltered", "audit_entry_kept", "audit_entry_unreplaced"),
    "postgresql": ("audit_entry_unaltered", "audit_entry_kept", "audit_entry_untruncated"),
}
_INDEXES = {
    "ix_audit_entry_tenant_id_at": ["tenant_id", "at"],
    "ix_audit_entry_tenant_id_by_id_number": ["tenant_id", "by_id", "number"],
    "ix_audit_entry_tenant_id_about_kind_about_id_number": [
        "tenant_id",
        "about_kind",
        "about_id",
        "number",
    ],
}


def upgrade() -> None:
    op.create_table(
        "audit_keeping",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["organisation.id"],
            name="fk_audit_keeping_tenant_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_audit_keeping"),
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "audit_entry", columns)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for name in _TRIGGERS[dialect]:
        on = "" if dialect == "sqlite" else " ON audit_entry"
        op.execute(f"DROP TRIGGER {name}{on}")
    if dialect != "sqlite":
        op.execute("DROP FUNCTION audit_entry_refuse()")
    for name in _INDEXES:
        op.drop_index(name, "audit_entry")
    op.drop_table("audit_keeping")
