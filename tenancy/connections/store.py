"""A tenant's connections: make, change, rotate, remove; their secrets go in and never come out.

Where a secret may go is as good as the secret: whoever widens that, or changes whom it is shown to,
has to write the secret anew. So nobody can have one sent to themselves that they do not know.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from kernel.secrets import Sealer
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.connections._tables import Connection
from tenancy.connections.checking import Facts, check_values, checked_facts
from tenancy.connections.hosts import is_within
from tenancy.connections.kinds import KINDS, Kind
from tenancy.connections.model import KEPT, ConnectionView
from tenancy.connections.records import (
    SHOWN_TO,
    note_change,
    opened_values,
    refuse_leak,
    seal_values,
    values_before,
    view_of,
    with_kept,
    write_facts,
)
from tenancy.keys.vault import tenant_vault
from tenancy.rows import by_name, get_owned

log = structlog.get_logger(__name__)

CONNECTIONS_MAX = 200
OVERLAP = timedelta(hours=24)
Users = Callable[[], Collection[str]]


class ConnectionChangedError(ConflictError):
    """Somebody else saved the connection since it was read."""

    code = "connections.changed"


class ConnectionInUseError(ConflictError):
    """Workflows name the connection; `detail` has them."""

    code = "connections.in_use"


def kind_of(name: str) -> Kind:
    """Give a kind by its name.

    Raises:
        InvalidError: there is no such kind.
    """
    if name not in KINDS:
        message = "kind: choose one of " + ", ".join(KINDS)
        raise InvalidError(message, problems=[Problem("/kind", message)])
    return KINDS[name]


def create_connection(  # noqa: PLR0913  what, sealed with what, by whom and when
    session: Session,
    tenant_id: UUID,
    *,
    kind: str,
    facts: Facts,
    values: Mapping[str, Any],
    vault: Sealer,
    by: str,
    now: datetime,
) -> ConnectionView:
    """Make a connection.

    Raises:
        InvalidError: naming each field that is wrong, or that the name is taken.
        ConflictError: the organisation has as many as it may.
    """
    chosen, vault = kind_of(kind), tenant_vault(session, tenant_id, vault)
    checked = checked_facts(facts, chosen)
    check_values(chosen, values, over_http=checked.over_http, hosts=checked.hosts)
    mine = Connection.tenant_id == tenant_id
    if (session.scalar(select(func.count(Connection.id)).where(mine)) or 0) >= CONNECTIONS_MAX:
        raise ConflictError(f"there are {CONNECTIONS_MAX} connections already: remove one first")
    row = Connection(id=new_id(), tenant_id=tenant_id, kind=kind, created_at=now, created_by=by)
    write_facts(row, checked)
    seal_values(row, chosen, values, vault)
    note_change(row, by, now)
    with or_taken(session, _taken(checked.name)):
        session.add(row)
    log.info("connection_made", connection_id=str(row.id), kind=kind, by=by)
    _note(session, row, "connection.made", now=now)
    return view_of(row)


def change_connection(  # noqa: PLR0913  which, what, sealed with what, by whom and when
    session: Session,
    tenant_id: UUID,
    connection_id: UUID,
    *,
    facts: Facts,
    values: Mapping[str, Any],
    expected_revision: int,
    used_by: Users,
    vault: Sealer,
    by: str,
    now: datetime,
) -> ConnectionView:
    """Change a connection; a secret that stands as `KEPT` stays, one that is missing goes.

    Raises:
        InvalidError: naming each field that is wrong; also where a secret that stays could be
            sent somewhere new.
        ConnectionChangedError: somebody else saved it meanwhile.
    """
    vault = tenant_vault(session, tenant_id, vault)
    row = get_owned(session, Connection, tenant_id, connection_id, name="connection", lock=True)
    _require_revision(row, expected_revision)
    kind = kind_of(row.kind)
    checked = checked_facts(facts, kind)
    refuse_leak(row, kind, checked, values)
    fresh = with_kept(row, values, vault)
    check_values(kind, fresh, over_http=checked.over_http, hosts=checked.hosts)
    if checked.name != row.name:
        _refuse_new_name(row, used_by())
    with or_taken(session, _taken(checked.name)):
        if fresh != opened_values(row, vault) or not is_within(checked.hosts, row.hosts):
            seal_values(row, kind, fresh, vault)
        write_facts(row, checked)
        note_change(row, by, now)
    log.info("connection_changed", connection_id=str(row.id), kind=row.kind, by=by)
    _note(session, row, "connection.changed", now=now)
    return view_of(row)


def rotate_connection(  # noqa: PLR0913  which, what is new, sealed with what, by whom and when
    session: Session,
    tenant_id: UUID,
    connection_id: UUID,
    *,
    values: Mapping[str, Any],
    vault: Sealer,
    by: str,
    now: datetime,
) -> ConnectionView:
    """Put new secrets in place of the old ones, which are kept for a day.

    Args:
        session: The caller's.
        tenant_id: Whose.
        connection_id: Which.
        values: What is new, secrets and settings; the rest stays.
        vault: What seals.
        by: Who does it.
        now: When.

    Raises:
        InvalidError: no secret is new, or a value is wrong.
    """
    vault = tenant_vault(session, tenant_id, vault)
    row = get_owned(session, Connection, tenant_id, connection_id, name="connection", lock=True)
    kind = kind_of(row.kind)
    fresh = {name: value for name, value in values.items() if value not in ("", KEPT)}
    if not kind.secrets & fresh.keys():
        first = next(name for name in kind.document["properties"] if name in kind.secrets)
        message = f"{first}: write the new value"
        raise InvalidError(message, problems=[Problem(f"/values/{first}", message)])
    if SHOWN_TO & fresh.keys():
        name = min(SHOWN_TO & fresh.keys())
        message = f"{name}: it is not rotated: change the connection instead"
        raise InvalidError(message, problems=[Problem(f"/values/{name}", message)])
    old = opened_values(row, vault)
    merged = {name: value for name, value in old.items() if name != "passphrase"} | fresh
    check_values(kind, merged, over_http=row.over_http, hosts=row.hosts)
    row.before_sealed, row.before_settings = row.sealed, row.settings
    row.before_until, row.rotated_at = now + OVERLAP, now
    seal_values(row, kind, merged, vault)
    note_change(row, by, now)
    session.flush()
    log.info("connection_rotated", connection_id=str(row.id), kind=row.kind, by=by)
    _note(session, row, "connection.rotated", now=now)
    return view_of(row)


def undo_rotation(
    session: Session, tenant_id: UUID, connection_id: UUID, *, vault: Sealer, by: str, now: datetime
) -> ConnectionView:
    """Put the values before the last rotation back, as long as they are kept.

    Raises:
        ConflictError: they are not kept any more.
    """
    vault = tenant_vault(session, tenant_id, vault)
    row = get_owned(session, Connection, tenant_id, connection_id, name="connection", lock=True)
    values = values_before(row, vault, now=now)
    if values is None:
        raise ConflictError("the value before is not kept any more: rotate to it anew")
    seal_values(row, kind_of(row.kind), values, vault)
    row.before_sealed = row.before_settings = row.before_until = None
    note_change(row, by, now)
    session.flush()
    log.info("connection_rotation_undone", connection_id=str(row.id), by=by)
    _note(session, row, "connection.rotation_undone", now=now)
    return view_of(row)


def delete_connection(
    session: Session,
    tenant_id: UUID,
    connection_id: UUID,
    *,
    used_by: Users,
    by: str,
    now: datetime,
) -> None:
    """Remove a connection that no workflow names; its secrets are gone for good.

    Raises:
        ConnectionInUseError: naming those that do.
    """
    row = get_owned(session, Connection, tenant_id, connection_id, name="connection", lock=True)
    users = list(used_by())  # asked once it is locked: who publishes meanwhile is seen
    if users:
        raise ConnectionInUseError(
            f"{row.name} is used by {', '.join(users)}: let them use another first", used_by=users
        )
    _note(session, row, "connection.removed", now=now)
    session.delete(row)
    session.flush()
    log.info("connection_removed", connection_id=str(connection_id), kind=row.kind, by=by)


def _note(session: Session, row: Connection, action: str, *, now: datetime) -> None:
    """Note what was done to a connection: where it leads, never what it holds."""
    about = About(kind="connection", id=row.id, name=row.name)
    facts: dict[str, Fact] = {"kind": row.kind, "hosts": list(row.hosts)}
    note(session, row.tenant_id, action, now=now, about=about, facts=facts)


def get_connection(session: Session, tenant_id: UUID, connection_id: UUID) -> ConnectionView:
    """Give one connection without its secrets; raises NotFoundError."""
    return view_of(get_owned(session, Connection, tenant_id, connection_id, name="connection"))


def list_connections(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    limit: int = CONNECTIONS_MAX,
    after: Sequence[str] | None = None,
) -> list[ConnectionView]:
    """List connections by name; `q` finds a part of it, `after` is where the page before ended."""
    mine = select(Connection).where(Connection.tenant_id == tenant_id)
    wanted = by_name(mine, Connection, q=q, after=after).limit(limit)
    return [view_of(row) for row in session.scalars(wanted)]


def place_of(connection: ConnectionView) -> list[str]:
    """Give where a page that ends with this connection ended, for `after`."""
    return [connection.name, str(connection.id)]


def kinds_by_name(session: Session, tenant_id: UUID) -> dict[str, str]:
    """Give the kind of each of a tenant's connections by its name."""
    wanted = select(Connection.name, Connection.kind).where(Connection.tenant_id == tenant_id)
    rows = session.execute(wanted.order_by(func.lower(Connection.name)))
    return {row.name: row.kind for row in rows}


def hold_connections(session: Session, tenant_id: UUID, names: Collection[str]) -> None:
    """Let nobody remove or rename these connections before the transaction ends."""
    mine = (Connection.tenant_id == tenant_id, Connection.name.in_(sorted(names)))
    held = select(Connection.id).where(*mine).order_by(Connection.id)
    session.execute(held.with_for_update(read=True, key_share=True)).all()


def _require_revision(row: Connection, expected: int) -> None:
    if row.revision != expected:
        raise ConnectionChangedError(
            f"{row.updated_by or 'somebody'} saved this connection meanwhile: load it again",
            revision=row.revision,
        )


def _refuse_new_name(row: Connection, used_by: Collection[str]) -> None:
    if used_by:
        message = f"name: {', '.join(used_by)} know it as {row.name}, so the name must stay"
        raise InvalidError(message, problems=[Problem("/name", message)])


def _taken(name: str) -> InvalidError:
    message = f"name: there is a connection {name} already: choose another name"
    return InvalidError(message, problems=[Problem("/name", message)])
