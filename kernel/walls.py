"""What PostgreSQL is told of the scope a session is in, so that it keeps to it by itself.

Every connection acts as the role `garland_tenant`, whose policies show the rows of the one tenant
that the setting `garland.tenant` names, and none where it names nobody. Work across tenants acts
as `garland_system`. Neither can log in, neither owns a table, and neither is a superuser; so the
policies hold whoever signs in. `tenancy.walls` makes roles and policies; where they are not there
yet, nothing is told, and `garland doctor` says so.

What is told holds to the end of the transaction. It is told before the first statement that needs
it: once in most transactions, and again when the scope was switched and a statement followed.
"""

from __future__ import annotations

from enum import Enum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, event

log = structlog.get_logger(__name__)

TENANT_ROLE = "garland_tenant"
SYSTEM_ROLE = "garland_system"
TENANT_SETTING = "garland.tenant"
SCOPE = "tenancy.scope"
"""Where a session's `info` says its scope."""


class Everywhere(Enum):
    """The scope across tenants."""

    SYSTEM = "system"


Scope = UUID | Everywhere | None

_WALLED, _ASKS, _TOLD = "garland.walled", "garland.asks", "garland.told"
_UNKNOWN = object()
_IDLE, _DONE = 0, 1
"""Of libpq: PQTRANS_IDLE and PGRES_COMMAND_OK."""
_MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_STEP_DOWN = f"""
SELECT set_config('role', '{TENANT_ROLE}', false)
 WHERE EXISTS (SELECT FROM pg_policy WHERE polname = '{TENANT_ROLE}')
   AND 2 = (SELECT count(*) FROM pg_roles
             WHERE rolname IN ('{TENANT_ROLE}', '{SYSTEM_ROLE}')
               AND pg_has_role(session_user, oid, 'MEMBER'))
"""  # noqa: S608  names of our own


def stand_behind_walls(engine: Engine) -> None:
    """Let every connection of a PostgreSQL engine act as a role that policies hold."""
    event.listen(engine, "connect", _step_down)
    event.listen(engine, "before_cursor_execute", _tell)
    event.listen(engine, "rollback_savepoint", _tell_anew)
    event.listen(engine, "commit", _forget)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "reset", _clear)


def ask_scope_of(info: dict[Any, Any], connection: Connection) -> None:
    """Let a connection ask a session's `info` for its scope until the transaction ends."""
    if _WALLED in connection.info:
        connection.info[_ASKS] = info


def is_walled(connection: Connection) -> bool:
    """Tell whether the policies hold this connection."""
    return _WALLED in connection.info


def _step_down(driver: Any, record: Any) -> None:
    found = driver.execute(_STEP_DOWN).fetchone()
    driver.commit()
    if found is not None:
        record.info[_WALLED] = True


def _tell(connection: Connection, _cursor: Any, statement: str, *_others: Any) -> None:
    info = connection.info
    asks = info.get(_ASKS)
    if asks is None:
        return
    wanted, told = asks.get(SCOPE), info.get(_TOLD)
    if wanted is told or wanted == told or statement.startswith(_MARKS):
        return
    if _say(connection, wanted):
        info[_TOLD] = wanted


def _say(connection: Connection, wanted: Scope) -> bool:
    """Tell a scope, in the one round trip that begins the transaction where there is none yet.

    By the driver's own library: what its cursors cost comes to twice as much. Where telling fails,
    the transaction is aborted or the connection lost, so the statement itself fails, too, and it
    does so in the way that callers know.
    """
    role = SYSTEM_ROLE if wanted is Everywhere.SYSTEM else TENANT_ROLE
    tenant = str(wanted) if isinstance(wanted, UUID) else ""
    driver: Any = connection.connection.driver_connection
    begins = driver.pgconn.transaction_status == _IDLE and not driver.autocommit
    words = f"SET LOCAL ROLE {role}; SET LOCAL {TENANT_SETTING} = '{tenant}'"
    try:
        said = driver.pgconn.exec_(f"{'BEGIN; ' if begins else ''}{words}".encode())
    except connection.dialect.loaded_dbapi.Error:
        return False
    if said.status != _DONE:
        log.warning("scope_not_told", error=said.error_message.decode(errors="replace"))
    return bool(said.status == _DONE)


def _tell_anew(connection: Connection, *_which: Any) -> None:
    """A savepoint that is rolled back takes along what was told since."""
    if not connection.invalidated and _ASKS in connection.info:
        connection.info[_TOLD] = _UNKNOWN


def _forget(connection: Connection) -> None:
    if connection.invalidated:  # it was lost with all that was told, and to ask it would raise
        return
    connection.info.pop(_ASKS, None)
    connection.info.pop(_TOLD, None)


def _clear(_driver: Any, record: Any, _state: Any) -> None:
    """A connection that goes back to the pool has nothing of its transaction."""
    record.info.pop(_ASKS, None)
    record.info.pop(_TOLD, None)
