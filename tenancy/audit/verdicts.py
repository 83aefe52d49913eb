"""Whether the audits of many organisations are whole: one verdict each, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import NotFoundError
from tenancy.audit.chain import Break
from tenancy.audit.verifying import ChainView, chain_of, verify
from tenancy.organisations import find_by_slug, get_organisation, organisation_ids
from tenancy.scope import as_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one organisation's audit; `found` is None where it is whole."""

    slug: str
    name: str
    chain: ChainView
    found: Break | None


def verdicts(sessions: sessionmaker[Session], slug: str = "") -> Iterator[Verdict]:
    """Verify the audit of every organisation, or of one: one after the other, each in bites.

    Raises:
        NotFoundError: no organisation has that short name.
    """
    for tenant_id in _ids(sessions, slug):
        with sessions() as session, as_tenant(session, tenant_id):
            organisation = get_organisation(session, tenant_id)
            yield Verdict(
                slug=organisation.slug,
                name=organisation.name,
                chain=chain_of(session, tenant_id),
                found=verify(session, tenant_id),
            )


def _ids(sessions: sessionmaker[Session], slug: str) -> list[UUID]:
    with sessions() as session:
        if not slug:
            return organisation_ids(session)
        found = find_by_slug(session, slug)
    if found is None:
        raise NotFoundError(f"no organisation has the short name {slug}")
    return [found.id]
