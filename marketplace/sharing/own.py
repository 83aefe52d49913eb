"""What an organisation has that a shared document must not hold: read from its own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.secrets import Sealer
from marketplace.sharing.checking import Known
from marketplace.sharing.names import Names
from runtime.inventory.resources import ResourceFilter, list_resources
from runtime.services.store import ServiceFilter, list_services, place_of
from tenancy.connections.kinds import is_secret
from tenancy.connections.opening import open_by_id
from tenancy.connections.store import kind_of, list_connections
from tenancy.members import list_members
from tenancy.organisations import ancestors_of, descendants_of, get_organisation

_PAGE = 1_000
_SHORT = 6
"""Secrets that are shorter are not looked for in texts: they would stand in any word."""


def known_of(session: Session, tenant_id: UUID, *, vault: Sealer, now: datetime) -> Known:
    """Give the names of an organisation's own, and the secrets of its connections.

    Secrets are opened here, compared, and go nowhere.
    """
    resources = list(_resources(session, tenant_id))
    services = list(_services(session, tenant_id))
    above = [one.name for one in ancestors_of(session, tenant_id)]
    names = Names.of(
        {
            "a customer": [one.name for one in descendants_of(session, tenant_id)],
            "a member": _people(session, tenant_id),
            "your organisation": [get_organisation(session, tenant_id).name],
            "an organisation": above,
            "a service": services,
            "a managed object": resources,
        }
    )
    connections = list_connections(session, tenant_id)
    secrets = {
        secret
        for one in connections
        for secret in _secrets(session, tenant_id, one.id, vault=vault, now=now)
    }
    return Known(
        names=names,
        secrets=frozenset(secrets),
        connections=frozenset(one.name for one in connections),
    )


def _people(session: Session, tenant_id: UUID) -> list[str]:
    """Give members' full names, and those with the last name first."""
    names = [one.name for one in list_members(session, tenant_id)]
    turned = [
        f"{last} {first}" for first, _, last in (one.rpartition(" ") for one in names) if first
    ]
    return [*names, *turned]


def _resources(session: Session, tenant_id: UUID) -> Iterator[str]:
    def page(after: Sequence[str] | None) -> list[tuple[list[str], list[str]]]:
        found = list_resources(session, tenant_id, ResourceFilter(), limit=_PAGE, after=after)
        return [([one.key, one.name], [one.key]) for one in found]

    return _every(page)


def _services(session: Session, tenant_id: UUID) -> Iterator[str]:
    def page(after: Sequence[str] | None) -> list[tuple[list[str], list[str]]]:
        found = list_services(session, tenant_id, ServiceFilter(), limit=_PAGE, after=after)
        return [([one.service.key, one.service.name], place_of(one)) for one in found]

    return _every(page)


def _every(
    page: Callable[[Sequence[str] | None], list[tuple[list[str], list[str]]]],
) -> Iterator[str]:
    after: Sequence[str] | None = None
    while found := page(after):
        for names, _ in found:
            yield from filter(None, names)
        if len(found) < _PAGE:
            return
        after = found[-1][1]


def _secrets(
    session: Session, tenant_id: UUID, connection_id: UUID, *, vault: Sealer, now: datetime
) -> Iterator[str]:
    opened = open_by_id(session, tenant_id, connection_id, vault=vault, now=now)
    if opened is None:
        return
    properties = kind_of(opened.kind).document["properties"]
    for values in (opened.values, opened.before or {}):
        for name, value in values.items():
            is_one = name in properties and is_secret(properties[name])
            if is_one and isinstance(value, str) and len(value.strip()) >= _SHORT:
                yield value.strip()
