"""The second wall: PostgreSQL's row-level security on every table that belongs to tenants.

It is raised after every migration, from the tables as they are, so no migration and nobody has to
remember a policy. Its owner is not held by it: migrations and `pg_dump` run as the owner, and so
does a release from before the wall while it is still running. Garland itself never acts as the
owner (`kernel.walls`).
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

from kernel.walls import SYSTEM_ROLE, TENANT_ROLE, TENANT_SETTING

log = structlog.get_logger(__name__)

OWNER_COLUMN = "tenant_id"
REMEDY = (
    f"As the database's superuser: CREATE ROLE {TENANT_ROLE} NOLOGIN; "
    f"CREATE ROLE {SYSTEM_ROLE} NOLOGIN; GRANT {TENANT_ROLE}, {SYSTEM_ROLE} TO "
    "(the user of GARLAND_DATABASE_URL). Then `garland db upgrade`, and start Garland anew."
)
# The setting is '' after a transaction that set it, and NULL where none did.
_OWN = f"{OWNER_COLUMN} = NULLIF(current_setting('{TENANT_SETTING}', true), '')::uuid"
_POLICIES = {TENANT_ROLE: _OWN, SYSTEM_ROLE: "true"}
_MADE_MEANWHILE = frozenset({"42710", "23505"})
_MAY_NOT = "42501"


def raise_walls(connection: Connection, metadata: MetaData) -> bool:
    """Give every tenant's table its policies, where it has not got them; False where it cannot be.

    As the tables' owner, who needs to be allowed to make roles, or to be a member of them already.
    Tables that have their policies are not locked.
    """
    if connection.dialect.name != "postgresql":
        return True
    if not all(_has_role(connection, role) for role in (TENANT_ROLE, SYSTEM_ROLE)):
        log.warning("row_security_not_raised", remedy=REMEDY)
        return False
    _grant(connection)
    for table in bare_tables(connection, metadata):
        _wall(connection, table)
    return True


def bare_tables(connection: Connection, metadata: MetaData) -> list[str]:
    """Name the tables of tenants that lack a policy, in the database as it is."""
    rows = connection.execute(
        text(
            "SELECT c.relname FROM pg_class c WHERE c.relrowsecurity "
            "AND c.relnamespace = current_schema()::regnamespace AND ARRAY["
            "CAST(:tenant AS name), CAST(:system AS name)] <@ "
            "ARRAY(SELECT polname FROM pg_policy WHERE polrelid = c.oid)"
        ),
        {"tenant": TENANT_ROLE, "system": SYSTEM_ROLE},
    )
    walled = set(rows.scalars())
    return [name for name in owned_tables(metadata) if name not in walled]


def owned_tables(metadata: MetaData) -> Iterable[str]:
    """Name the tables whose rows belong to tenants."""
    return [one.name for one in metadata.sorted_tables if OWNER_COLUMN in one.columns]


def _has_role(connection: Connection, role: str) -> bool:
    """Make a role, and the owner a member of it, where that is not so; False where it may not."""
    found = text("SELECT pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = :r")
    is_member = connection.scalar(found, {"r": role})
    if is_member:
        return True
    made = is_member is not None or _try(connection, f"CREATE ROLE {role} NOLOGIN")
    return bool(made and _try(connection, f"GRANT {role} TO session_user"))


def _try(connection: Connection, statement: str) -> bool:
    """Do what may be forbidden, or done by another process at the same moment."""
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state not in {*_MADE_MEANWHILE, _MAY_NOT}:
            raise
        return bool(state != _MAY_NOT)
    return True


def _grant(connection: Connection) -> None:
    """Let both roles at all tables, those of later migrations included; none may make any."""
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    both, rights = f"{TENANT_ROLE}, {SYSTEM_ROLE}", "SELECT, INSERT, UPDATE, DELETE"
    defaults = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT"
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {both}",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {both}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {both}",
        f"{defaults} {rights} ON TABLES TO {both}",
        f"{defaults} USAGE ON SEQUENCES TO {both}",
    ):
        connection.execute(text(statement))


def _wall(connection: Connection, table: str) -> None:
    connection.execute(text(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'))
    for role, rows in _POLICIES.items():
        connection.execute(text(f'DROP POLICY IF EXISTS {role} ON "{table}"'))
        connection.execute(text(f'CREATE POLICY {role} ON "{table}" TO {role} USING ({rows})'))
