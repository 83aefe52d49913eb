"""Letting go of a whole chain, when its organisation is deleted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from tenancy.audit._tables import AuditChain
from tenancy.audit.trail import lock_chain


def end_chain(session: Session, tenant_id: UUID) -> None:
    """Mark that none of an organisation's entries is kept any more: then they can be deleted.

    The mark stands in the chain itself, as when old entries go, and no trigger is set aside.
    """
    if session.get(AuditChain, tenant_id) is None:
        return
    chain = lock_chain(session, tenant_id)
    chain.kept_from, chain.begins_with = chain.last + 1, chain.ends_with
    session.flush()


def last_of(session: Session, tenant_id: UUID) -> tuple[int, str]:
    """Give the number and the digest of an organisation's last entry; (0, "") before the first."""
    chain = session.get(AuditChain, tenant_id)
    return (chain.last, chain.ends_with) if chain is not None else (0, "")
