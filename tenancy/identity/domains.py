"""Proving that a domain is the organisation's: by a text record in the domain's DNS.

Only whoever runs a domain can put a record there. The same is asked by most services that let an
organisation speak for the addresses of its domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from tenancy.audit.chain import Fact
from tenancy.audit.trail import note
from tenancy.identity._tables import IdentityDomain
from tenancy.identity.model import Domain
from tenancy.identity.store import about_of, get_row
from tenancy.rows import find_owned

Texts = Callable[[str], list[str]]
"""Gives the texts of the TXT records at a name; raises ConflictError saying why none came."""


def prove(
    session: Session, tenant_id: UUID, domain_id: UUID, *, texts: Iterable[str], now: datetime
) -> str:
    """Count a domain as proven if one of its DNS's texts is the one asked for; give its name.

    Raises:
        NotFoundError: the organisation has no such domain.
        ConflictError: the record is not there.
    """
    row = find_owned(session, IdentityDomain, tenant_id, domain_id, lock=True)
    if row is None:
        raise NotFoundError("no such domain")
    wanted = record_of(row.key)
    if wanted not in {one.strip() for one in texts}:
        raise ConflictError(
            f"The record is not there yet: {record_name(row.domain)} does not hold {wanted}. "
            "A new record can take an hour to be seen; try again then."
        )
    if row.proven_at is None:
        row.proven_at = now
        session.flush()
        about = about_of(get_row(session, tenant_id, row.provider_id))
        facts: dict[str, Fact] = {"domain": row.domain}
        note(session, tenant_id, "identity.domain_proven", now=now, about=about, facts=facts)
    return row.domain


def find_domain(session: Session, tenant_id: UUID, domain_id: UUID) -> Domain:
    """Give a domain of an organisation's; raises NotFoundError."""
    row = find_owned(session, IdentityDomain, tenant_id, domain_id)
    if row is None:
        raise NotFoundError("no such domain")
    return Domain(id=row.id, name=row.domain, key=row.key, proven_at=row.proven_at)


def record_name(domain: str) -> str:
    """Give the name that the record stands at.

    >>> record_name("acme.example")
    '_sign-in.acme.example'
    """
    return f"_sign-in.{domain}"


def record_of(key: str) -> str:
    """Give the text that the record has to hold."""
    return f"sign-in-proof={key}"
