"""Whether an organisation's audit is whole, read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tenancy.audit._tables import AuditChain, AuditEntry
from tenancy.audit.chain import Break, Told, find_break
from tenancy.audit.trail import told

AT_A_TIME = 1_000
NEVER = {"kept_from": 1, "begins_with": "", "last": 0, "ends_with": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """What of a chain is kept: from which entry to which, and when the first was noted."""

    kept_from: int
    last: int
    since: datetime | None

    @property
    def kept(self) -> int:
        """Give how many entries are kept."""
        return self.last - self.kept_from + 1


def chain_of(session: Session, tenant_id: UUID) -> ChainView:
    """Say what of an organisation's audit is kept."""
    chain = _chain(session, tenant_id)
    first = select(AuditEntry.at).where(
        AuditEntry.tenant_id == tenant_id, AuditEntry.number == chain.kept_from
    )
    return ChainView(kept_from=chain.kept_from, last=chain.last, since=session.scalar(first))


def verify(session: Session, tenant_id: UUID) -> Break | None:
    """Give the first place where an organisation's audit is broken; None where it is whole.

    Others may note things meanwhile, which are not looked at, and old entries may go, after which
    it is begun anew.
    """
    while True:
        chain = _chain(session, tenant_id)
        found = find_break(
            _entries(session, tenant_id, until=chain.last),
            kept_from=chain.kept_from,
            begins_with=chain.begins_with,
            last=chain.last,
            ends_with=chain.ends_with,
        )
        if found is None:
            return _beyond(session, tenant_id)
        if _chain(session, tenant_id).kept_from == chain.kept_from:
            return found


def _chain(session: Session, tenant_id: UUID) -> AuditChain:
    wanted = select(AuditChain).where(AuditChain.tenant_id == tenant_id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        return AuditChain(**NEVER)
    session.expunge(found)  # as it was read, whatever is read later
    return found


def _beyond(session: Session, tenant_id: UUID) -> Break | None:
    """Give a break where entries stand before the chain's beginning or after its end."""
    outside = (
        select(AuditEntry.number)
        .outerjoin(AuditChain, AuditChain.tenant_id == AuditEntry.tenant_id)
        .where(
            AuditEntry.tenant_id == tenant_id,
            AuditEntry.number.is_not(None),
            or_(
                AuditChain.tenant_id.is_(None),
                AuditEntry.number > AuditChain.last,
                AuditEntry.number < AuditChain.kept_from,
            ),
        )
        .order_by(AuditEntry.number)
        .limit(1)
    )
    number = session.scalar(outside)
    if number is None:
        return None
    return Break(number=number, why=f"entry {number} stands outside the chain")


def _entries(session: Session, tenant_id: UUID, *, until: int) -> Iterator[tuple[Told, str]]:
    """Read the entries in bites: a whole chain may be long."""
    last = 0
    while True:
        rows = session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.tenant_id == tenant_id,
                AuditEntry.number > last,
                AuditEntry.number <= until,
            )
            .order_by(AuditEntry.number)
            .limit(AT_A_TIME)
        ).all()
        for row in rows:
            last = row.number or last
            yield told(row, last), row.digest
        if len(rows) < AT_A_TIME:
            return
