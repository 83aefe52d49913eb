"""How long an organisation keeps its audit, and letting go of what is older.

What goes is always the beginning of the chain: the mark where it begins moves first, with the
digest before it, so that what is left verifies as it did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from tenancy.audit._tables import AuditChain, AuditEntry, AuditKeeping
from tenancy.audit.trail import lock_chain, note

USUAL_DAYS = 730
CHOICES = (90, 180, 365, 730, 1_095, 1_825, 2_555, 3_650)
"""Days that an admin can choose: 90 days at least, ten years at most."""
BITE = 500


def kept_days(session: Session, tenant_id: UUID) -> int:
    """Give how many days an organisation keeps its audit."""
    row = session.get(AuditKeeping, tenant_id)
    return row.kept_days if row is not None else USUAL_DAYS


def choose_days(session: Session, tenant_id: UUID, days: int, *, now: datetime) -> None:
    """Choose how many days the audit is kept; noted in it.

    Raises:
        InvalidError: it is none of `CHOICES`.
    """
    if days not in CHOICES:
        message = "kept_days: choose one of " + ", ".join(str(one) for one in CHOICES)
        raise InvalidError(message, problems=[Problem("/kept_days", message)])
    before = kept_days(session, tenant_id)
    if days == before:
        return
    row = session.get(AuditKeeping, tenant_id)
    if row is None:
        row = AuditKeeping(tenant_id=tenant_id)
        session.add(row)
    row.kept_days = days
    session.flush()
    facts = {"days": days, "before": before}
    note(session, tenant_id, "audit.keeping_changed", now=now, facts=facts)


def count_older(session: Session, tenant_id: UUID, days: int, *, now: datetime) -> int:
    """Count the entries that would not be kept for so many days."""
    older = select(func.count(AuditEntry.id)).where(
        AuditEntry.tenant_id == tenant_id,
        AuditEntry.number.is_not(None),
        AuditEntry.at < now - timedelta(days=days),
    )
    return session.scalar(older) or 0


def remove_old(session: Session, tenant_id: UUID, *, now: datetime, most: int = BITE) -> int:
    """Remove one bite of what an organisation no longer keeps; give how many entries went.

    The session is bound to the tenant, and the transaction should end soon after: it holds the
    chain. Only what stands before all that is kept goes, whatever the clock said in between.
    """
    before = now - timedelta(days=kept_days(session, tenant_id))
    mine = AuditEntry.tenant_id == tenant_id
    first = select(AuditEntry.at).where(mine, AuditEntry.number.is_not(None))
    oldest = session.scalar(first.order_by(AuditEntry.number).limit(1))
    if oldest is None or oldest >= before:
        return 0
    chain = lock_chain(session, tenant_id)
    gone = _first_old(session, chain, before, most)
    if not gone:
        return 0
    chain.kept_from, chain.begins_with = gone[-1][0] + 1, gone[-1][1]
    session.flush()
    session.execute(
        delete(AuditEntry)
        .where(mine, AuditEntry.number < chain.kept_from)
        .execution_options(synchronize_session=False)
    )
    return len(gone)


def _first_old(
    session: Session, chain: AuditChain, before: datetime, most: int
) -> list[tuple[int, str]]:
    """Give number and digest of the entries the chain begins with, as far as they are old."""
    rows = session.execute(
        select(AuditEntry.number, AuditEntry.digest, AuditEntry.at)
        .where(AuditEntry.tenant_id == chain.tenant_id, AuditEntry.number >= chain.kept_from)
        .order_by(AuditEntry.number)
        .limit(most)
    )
    found: list[tuple[int, str]] = []
    for number, digest, at in rows:
        if at >= before or number is None:
            break
        found.append((number, digest))
    return found
