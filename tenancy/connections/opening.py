"""A connection opened for use inside the host, and what is noted of its use.

The token that an authorisation server gave is kept here as well, sealed. Who renews it claims that
for some seconds, so that of many steps that find it too old one alone asks for another.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from kernel.secrets import Sealer
from tenancy.connections._tables import Connection
from tenancy.connections.model import Opened, Token
from tenancy.connections.pem import host_keys_of
from tenancy.connections.records import opened_values, values_before
from tenancy.keys.vault import tenant_vault
from tenancy.rows import find_owned

SEEN_EVERY = timedelta(minutes=1)
RENEWING = timedelta(seconds=30)
_SAID_MAX = 500
_SSH_PORT = 22


def open_connection(
    session: Session, tenant_id: UUID, name: str, *, vault: Sealer, now: datetime
) -> Opened | None:
    """Open a connection by its name; None when there is none."""
    row = session.scalar(
        select(Connection).where(Connection.tenant_id == tenant_id, Connection.name == name)
    )
    return _opened(row, tenant_vault(session, tenant_id, vault), now) if row is not None else None


def open_by_id(
    session: Session, tenant_id: UUID, connection_id: UUID, *, vault: Sealer, now: datetime
) -> Opened | None:
    """Open a connection by its id; None when there is none."""
    row = find_owned(session, Connection, tenant_id, connection_id)
    return _opened(row, tenant_vault(session, tenant_id, vault), now) if row is not None else None


def is_use_to_be_noted(opened: Opened, *, now: datetime) -> bool:
    """Tell whether its last use was noted so long ago that this one is worth a write."""
    return opened.used_at is None or opened.used_at < now - SEEN_EVERY


def note_use(session: Session, opened: Opened, *, now: datetime) -> None:
    """Note that a connection was used, at most once a minute."""
    row = Connection
    session.execute(
        update(row)
        .where(
            row.id == opened.id,
            row.tenant_id == opened.tenant_id,
            or_(row.used_at.is_(None), row.used_at < now - SEEN_EVERY),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def note_test(session: Session, opened: Opened, *, is_good: bool, said: str, now: datetime) -> None:
    """Note how a test went."""
    row = find_owned(session, Connection, opened.tenant_id, opened.id, lock=True)
    if row is not None:
        row.tested_at, row.test_is_good, row.test_said = now, is_good, said[:_SAID_MAX]
        session.flush()


def pin_host_key(
    session: Session, opened: Opened, shown: str, *, host: str, port: int, now: datetime
) -> bool:
    """Keep the host key that a server showed first; False when another is known by now."""
    row = find_owned(session, Connection, opened.tenant_id, opened.id, lock=True)
    if row is None:
        return False
    before = row.settings.get("host_key", "")
    known = host_keys_of(before, host, port)
    if known:
        return shown in known
    place = host if port == _SSH_PORT else f"[{host}]:{port}"
    row.settings = {**row.settings, "host_key": f"{before}\n{place} {shown}".strip()}
    row.revision += 1
    row.updated_at, row.updated_by = now, "Host key pinned at first use"
    session.flush()
    return True


def claim_renewal(session: Session, opened: Opened, *, now: datetime) -> bool:
    """Claim to fetch the next token; False while somebody else does, or did already."""
    row = Connection
    claimed = session.execute(
        update(row)
        .where(
            row.id == opened.id,
            row.tenant_id == opened.tenant_id,
            row.token_number == opened.token_number,
            or_(row.refresh_until.is_(None), row.refresh_until < now),
        )
        .values(refresh_until=now + RENEWING)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.first() is not None


def give_up_renewal(session: Session, opened: Opened) -> None:
    """Let somebody else try: no token came."""
    session.execute(
        update(Connection)
        .where(
            Connection.id == opened.id,
            Connection.tenant_id == opened.tenant_id,
            Connection.token_number == opened.token_number,
        )
        .values(refresh_until=None)
        .execution_options(synchronize_session=False)
    )


def keep_token(
    session: Session, opened: Opened, token: Token, *, vault: Sealer, now: datetime, by: str = ""
) -> bool:
    """Keep a token, sealed; False when the connection was changed while it was fetched."""
    row = find_owned(session, Connection, opened.tenant_id, opened.id, lock=True)
    if row is None or row.token_number != opened.token_number:
        return False
    facts = {"access": token.access, "kind": token.kind, "refresh": token.refresh}
    vault = tenant_vault(session, opened.tenant_id, vault)
    row.token_sealed, row.token_expires_at = vault.encrypt(json.dumps(facts)), token.expires_at
    row.token_at, row.token_by = now, by[:200] or row.token_by
    row.token_number += 1
    row.refresh_until = None
    session.flush()
    return True


def _opened(row: Connection, vault: Sealer, now: datetime) -> Opened:
    token = None
    if row.token_sealed is not None:
        facts = json.loads(vault.decrypt(row.token_sealed))
        token = Token(**facts, expires_at=row.token_expires_at)
    return Opened(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        kind=row.kind,
        hosts=tuple(row.hosts),
        over_http=row.over_http,
        test_address=row.test_address,
        values=opened_values(row, vault),
        before=values_before(row, vault, now=now),
        token=token,
        token_number=row.token_number,
        used_at=row.used_at,
    )
