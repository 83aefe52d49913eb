"""Whether an organisation's audit is whole, read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenancy.audit._tables import AuditChain, AuditEntry
from tenancy.audit.chain import Break, Told, find_break
from tenancy.audit.trail import told

AT_A_TIME = 1_000


def verify(session: Session, tenant_id: UUID) -> Break | None:
    """Give the first place where an organisation's audit is broken; None where it is whole."""
    chain = session.get(AuditChain, tenant_id)
    if chain is None:
        chain = AuditChain(kept_from=1, begins_with="", last=0, ends_with="")
    return find_break(
        _entries(session, tenant_id),
        kept_from=chain.kept_from,
        begins_with=chain.begins_with,
        last=chain.last,
        ends_with=chain.ends_with,
    )


def _entries(session: Session, tenant_id: UUID) -> Iterator[tuple[Told, str]]:
    """Read the entries in bites: a whole chain may be long."""
    last = 0
    while True:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.tenant_id == tenant_id, AuditEntry.number > last)
            .order_by(AuditEntry.number)
            .limit(AT_A_TIME)
        ).all()
        for row in rows:
            last = row.number or last
            yield told(row, last), row.digest
        if len(rows) < AT_A_TIME:
            return
