"""What an organisation has that a shared document must not hold: read from its own rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from kernel.secrets import Sealer
from marketplace.sharing.checking import Known
from marketplace.sharing.names import Names, Said
from runtime.inventory.names import count_resources, resource_names
from runtime.services.store import service_names
from tenancy.connections.kinds import is_secret
from tenancy.connections.opening import open_by_id
from tenancy.connections.store import kind_of, list_connections
from tenancy.members import list_members
from tenancy.organisations import ancestors_of, descendants_of, get_organisation

OBJECTS_MAX = 200_000
"""How many managed objects are looked through: seconds, as their names alone are read."""
_SHORT = 6
"""Secrets that are shorter are not looked for in texts: they would stand in any word."""


def known_of(
    session: Session, tenant_id: UUID, texts: Iterable[str], *, vault: Sealer, now: datetime
) -> Known:
    """Give the names of an organisation's own, and the secrets of its connections.

    Secrets are opened here, compared, and go nowhere. Of the names, those are kept that may stand
    in the texts, or in what is left when something is taken out of them.

    Raises:
        ConflictError: there are more managed objects than are looked through.
    """
    if count_resources(session, tenant_id) > OBJECTS_MAX:
        raise ConflictError(
            f"there are over {OBJECTS_MAX:,} managed objects, more than a draft is checked "
            "against: take out of the inventory what is managed no more"
        )
    above = [one.name for one in ancestors_of(session, tenant_id)]
    names = Names.of(
        {
            "a customer": [one.name for one in descendants_of(session, tenant_id)],
            "a member": _people(session, tenant_id),
            "your organisation": [get_organisation(session, tenant_id).name],
            "an organisation": above,
            "a service": service_names(session, tenant_id),
            "a managed object": resource_names(session, tenant_id),
        },
        among=Said.of(texts),
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
