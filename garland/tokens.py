"""Credentials for machines, made on the command line."""

from __future__ import annotations

from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from tenancy.organisations import find_by_slug
from tenancy.scope import as_tenant
from tenancy.tokens import create_token


def make_token(settings: Settings, *, organisation: str, role: str, name: str) -> str:
    """Make an API token for an organisation.

    Raises:
        NotFoundError: no organisation has that short name.
        InvalidError: naming the field.
    """
    with Services(settings).sessions() as session, session.begin():
        found = find_by_slug(session, organisation)
        if found is None:
            raise NotFoundError(f"no organisation is called {organisation}")
        with as_tenant(session, found.id):
            return create_token(session, found.id, name=name, role=role, now=utc_now())
