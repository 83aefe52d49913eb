"""Seals what is stored anew, once the installation has a newer key."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.secrets import Vault
from tenancy.connections._tables import Connection


def reseal_connections(session: Session, vault: Vault) -> int:
    """Seal the connections of all tenants with the first key; give how many there are.

    Call it in system scope. Nothing else of them changes: no revision, no date.

    Raises:
        SecretError: one does not open; then none was changed.
    """
    rows = session.scalars(select(Connection).order_by(Connection.id).with_for_update()).all()
    for row in rows:
        row.sealed = vault.renew(row.sealed)
        row.before_sealed = vault.renew(row.before_sealed) if row.before_sealed else None
        row.token_sealed = vault.renew(row.token_sealed) if row.token_sealed else None
    session.flush()
    return len(rows)
