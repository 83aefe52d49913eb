"""New keys for a tenant: made at once, and what old ones sealed is sealed anew in bites.

A retired key is kept until nothing is sealed by it. Each bite is a transaction of its own, so
whoever is killed half way leaves a tenant all of whose secrets open, and anybody can go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, Text, cast, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from kernel.apart import apart
from kernel.secrets import SecretError, Vault
from tenancy.audit.trail import note
from tenancy.keys._tables import DataKey
from tenancy.keys.places import Place, common_places, places, renewed
from tenancy.keys.vault import TenantVault, current_key, new_row, prefix_of
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BITE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key as people may see it: never what it is."""

    id: UUID
    made_at: datetime
    retired_at: datetime | None


def list_keys(session: Session, tenant_id: UUID) -> list[KeyView]:
    """List a tenant's keys, the current one first."""
    rows = session.scalars(select(DataKey).where(DataKey.tenant_id == tenant_id))
    views = [KeyView(id=row.id, made_at=row.made_at, retired_at=row.retired_at) for row in rows]
    return sorted(views, key=lambda one: (one.retired_at is not None, -one.made_at.timestamp()))


def rotate_key(session: Session, tenant_id: UUID, *, vault: Vault, now: datetime) -> None:
    """Give a tenant a new key; waits for who is sealing by the old one at the moment."""
    mine = (DataKey.tenant_id == tenant_id, DataKey.retired_at.is_(None))
    old = session.scalar(select(DataKey).where(*mine).with_for_update())
    if old is not None:
        old.retired_at = now
        session.flush()
    made = DataKey(**{**new_row(tenant_id, vault), "made_at": now})
    session.add(made)
    session.flush()
    note(session, tenant_id, "keys.rotated", now=now, facts={"is_first": old is None})
    log.info("key_rotated", tenant_id=str(tenant_id))


def reseal(sessions: sessionmaker[Session], tenant_id: UUID, *, vault: Vault) -> int:
    """Seal all that a tenant keeps by its current key, and remove keys that nothing needs.

    Returns:
        How many values were sealed anew. One that no key opens stays as it is, and is logged.
    """
    count = 0
    for place in places():
        after: Any = None
        while True:
            with sessions.begin() as session, as_tenant(session, tenant_id):
                done, after = _reseal_bite(session, tenant_id, place, after, vault)
            count += done
            if after is None:
                break
    with sessions.begin() as session, as_tenant(session, tenant_id):
        _remove_unused(session, tenant_id)
    return count


def unfinished(session: Session) -> list[UUID]:
    """Give the tenants some of whose keys are retired and still there; in system scope."""
    retired = DataKey.retired_at.is_not(None)
    return list(session.scalars(select(DataKey.tenant_id).where(retired).distinct()))


def finish(sessions: sessionmaker[Session], *, vault: Vault) -> None:
    """Go on with every rotation that was begun, each for itself."""
    with sessions() as session, system(session):
        tenants = unfinished(session)
    for tenant_id in tenants:
        go_on = partial(reseal, sessions, tenant_id, vault=vault)
        apart("rotation", go_on, tenant_id=tenant_id)


def rewrap(session: Session, *, vault: Vault) -> int:
    """Seal by the installation's newest key what its keys seal: tenants' keys, what is nobody's.

    In system scope. Gives how many keys of tenants were.

    Raises:
        SecretError: one does not open; then none was changed.
    """
    rows = session.scalars(select(DataKey).order_by(DataKey.id).with_for_update()).all()
    for row in rows:
        row.sealed = vault.renew(row.sealed)
    for column in common_places():
        for one in session.scalars(_sealed_in(column).with_for_update()):
            setattr(one, column.key, vault.renew(getattr(one, column.key)))
    session.flush()
    return len(rows)


def _sealed_in(column: InstrumentedAttribute[str]) -> Select[tuple[Any]]:
    return select(column.class_).where(column != "")


def destroy_keys(session: Session, tenant_id: UUID, *, now: datetime) -> int:
    """Destroy a tenant's keys: what they sealed can be read never again, by nobody.

    Copies of the database that were made before still have the keys: they end when those end.
    """
    gone = delete(DataKey).where(DataKey.tenant_id == tenant_id)
    found: Any = session.execute(gone.execution_options(synchronize_session="fetch"))
    note(session, tenant_id, "keys.destroyed", now=now, facts={"number": found.rowcount})
    return int(found.rowcount)


def count_old(session: Session) -> dict[str, int]:
    """Count what is still sealed by the installation's keys, by place; in system scope."""
    counts = {}
    for place in places():
        wanted = select(func.count(place.key)).where(place.is_old())
        counts[place.name] = session.scalar(wanted) or 0
    return {name: count for name, count in counts.items() if count}


def count_old_wrapped(session: Session, vault: Vault) -> int:
    """Count what an older key of the installation seals; in system scope."""
    held = (DataKey.sealed, *common_places())
    found = (session.scalars(select(one).where(one != "")) for one in held)
    return sum(not vault.is_newest(sealed) for column in found for sealed in column)


def _reseal_bite(
    session: Session, tenant_id: UUID, place: Place, after: Any, vault: Vault
) -> tuple[int, Any]:
    """Seal a bite of rows anew; give how many were, and the last one's key where more may be."""
    keys = TenantVault(session, tenant_id, vault)
    prefix = prefix_of(current_key(session, tenant_id, vault))
    wanted = select(place.entity).where(place.entity.tenant_id == tenant_id, place.lacks(prefix))
    if after is not None:
        wanted = wanted.where(place.key > after)
    rows = session.scalars(wanted.order_by(place.key).limit(BITE).with_for_update()).all()
    count = 0
    for row in rows:
        try:
            fresh = renewed(
                getattr(row, place.column),
                lambda one: one if one.startswith(prefix) else keys.renew(one),
            )
        except SecretError as error:
            key = str(getattr(row, place.key.key))
            log.warning("secret_not_resealed", place=place.name, row=key, reason=error.message)
            continue
        if fresh != getattr(row, place.column):
            setattr(row, place.column, fresh)
            count += 1
    session.flush()
    return count, getattr(rows[-1], place.key.key) if len(rows) == BITE else None


def _remove_unused(session: Session, tenant_id: UUID) -> None:
    retired = select(DataKey).where(DataKey.tenant_id == tenant_id, DataKey.retired_at.is_not(None))
    for key in session.scalars(retired.with_for_update()):
        if not any(_is_used(session, tenant_id, place, prefix_of(key)) for place in places()):
            session.delete(key)
    session.flush()


def _is_used(session: Session, tenant_id: UUID, place: Place, prefix: str) -> bool:
    held = place.attribute
    uses = cast(held, Text).contains(prefix) if place.is_document else held.startswith(prefix)
    wanted = select(place.key).where(place.entity.tenant_id == tenant_id, uses).limit(1)
    return session.scalar(wanted) is not None
