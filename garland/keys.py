"""Rotating tenants' keys from the command line, and what `garland doctor` says of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from garland.operations.finding import Finding
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from tenancy.keys.rotation import count_old, count_old_wrapped, reseal, rewrap, rotate_key
from tenancy.organisations import find_by_slug, organisation_ids
from tenancy.scope import as_tenant, system

NAME = "keys"


def rotate_keys(settings: Settings, *, organisation: str | None) -> str:
    """Rotate the key of one organisation, or of all; give what to tell.

    Raises:
        NotFoundError: no organisation has that short name.
    """
    services, count = Services(settings), 0
    tenants = _tenants(services, organisation)
    for tenant_id in tenants:
        with services.sessions.begin() as session, as_tenant(session, tenant_id):
            rotate_key(session, tenant_id, vault=services.vault, now=utc_now())
        count += reseal(services.sessions, tenant_id, vault=services.vault)
    return f"{len(tenants)} organisations have a new key; {count} secrets are sealed by them."


def rewrap_keys(settings: Settings) -> str:
    """Seal tenants' keys by the installation's newest, and old secrets by tenants' keys."""
    services = Services(settings)
    with services.sessions.begin() as session, system(session):
        rewrap(session, vault=services.vault)
    count = sum(
        reseal(services.sessions, one, vault=services.vault) for one in _tenants(services, None)
    )
    return f"All keys are sealed by the newest; {count} older secrets were sealed by them."


def keys(services: Services) -> Finding:
    """Tell whether anything is still sealed the old way."""
    try:
        with services.reading() as session, system(session):
            old = count_old(session)
            wrapped = count_old_wrapped(session, services.vault)
    except SQLAlchemyError:
        told = "not known: the database does not answer, or is not migrated"
        return Finding(name=NAME, ok=True, message=told)
    if not old and not wrapped:
        return Finding(name=NAME, ok=True, message="secrets are sealed by keys of each tenant")
    found = [f"{name} ({count})" for name, count in old.items()]
    if wrapped:
        found.append(f"{wrapped} values by an older one of GARLAND_ENCRYPTION_KEYS")
    message = f"still sealed the old way: {', '.join(found)}"
    return Finding(name=NAME, ok=False, message=message, remedy="Run `garland keys rewrap`.")


def _tenants(services: Services, organisation: str | None) -> list[UUID]:
    with services.sessions() as session, system(session):
        if organisation is None:
            return organisation_ids(session)
        found = find_by_slug(session, organisation)
    if found is None:
        raise NotFoundError(f"no organisation is called {organisation}")
    return [found.id]
