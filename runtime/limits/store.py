"""Setting a tenant's limits: what it has of its own, over the installation's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ForbiddenError
from runtime.limits._tables import TenantLimits
from runtime.limits.book import book_of
from runtime.limits.model import LIMITS, Limits, with_changes
from tenancy.audit.trail import note
from tenancy.plans.assigning import terms_of

log = structlog.get_logger(__name__)


def own_limits(session: Session, tenant_id: UUID) -> Limits:
    """Give a tenant's limits as the database has them now."""
    row = session.scalar(select(TenantLimits).where(TenantLimits.tenant_id == tenant_id))
    overrides = row.overrides if row is not None else {}
    return with_changes(with_plan(session, tenant_id), overrides)


def with_plan(session: Session, tenant_id: UUID) -> Limits:
    """Give what a tenant has of its plan, or of the installation, before any of its own."""
    quotas = terms_of(session, tenant_id).quotas
    said = {name: value for name, value in quotas.items() if name in LIMITS}
    return with_changes(book_of(session).defaults, said)


def change_limits(
    session: Session,
    tenant_id: UUID,
    changes: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> Limits:
    """Set some limits of a tenant; None takes one back to the installation's default.

    Every process follows within five seconds.

    Raises:
        InvalidError: naming each limit that there is not, or that may not be set so.
    """
    wanted = {name: value for name, value in changes.items() if value is not None}
    with_changes(Limits(), wanted)
    row = session.scalar(
        select(TenantLimits).where(TenantLimits.tenant_id == tenant_id).with_for_update()
    )
    if row is None:
        row = TenantLimits(tenant_id=tenant_id, overrides={}, changed_at=now, changed_by=by)
        session.add(row)
    kept = {name: value for name, value in row.overrides.items() if name not in changes}
    row.overrides = {**kept, **wanted}
    row.changed_at, row.changed_by = now, by
    session.flush()
    log.info("limits_changed", tenant_id=str(tenant_id), by=by, limits=sorted(changes))
    facts = {name: str(wanted.get(name, "the usual")) for name in changes}
    note(session, tenant_id, "limits.changed", now=now, facts=facts)
    return with_changes(with_plan(session, tenant_id), row.overrides)


def with_kept(limits: Limits, changes: Mapping[str, Any]) -> Limits:
    """Give limits with others for how long runs are kept.

    Raises:
        ForbiddenError, InvalidError: as `change_kept`.
    """
    others = [name for name in changes if name in LIMITS and not LIMITS[name].is_kept]
    if others:
        raise ForbiddenError(
            f"{', '.join(others)}: whoever runs this installation sets it "
            "(`garland limits`); ask them",
        )
    return with_changes(limits, {name: one for name, one in changes.items() if one is not None})


def change_kept(
    session: Session, tenant_id: UUID, changes: Mapping[str, Any], *, by: str, now: datetime
) -> Limits:
    """Set how long a tenant's runs are kept: what its own admin may set.

    Raises:
        ForbiddenError: one of them is set by whoever runs the installation.
        InvalidError: as `change_limits`.
    """
    with_kept(Limits(), changes)
    return change_limits(session, tenant_id, changes, by=by, now=now)
