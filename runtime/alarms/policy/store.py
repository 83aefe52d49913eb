"""A tenant's lifecycle policy: read for each batch, changed by its designers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError
from runtime.alarms._tables import WHO_MAX, AlarmPolicy, Source
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy, parse_policy, ttl_of
from tenancy.audit.trail import note

log = structlog.get_logger(__name__)


def policy_of(session: Session, tenant_id: UUID) -> LifecyclePolicy:
    """Give a tenant's policy; the defaults where it has none, or one that cannot be read."""
    kept = session.scalar(select(AlarmPolicy.policy).where(AlarmPolicy.tenant_id == tenant_id))
    if kept is None:
        return DEFAULT
    try:
        return parse_policy(kept)
    except InvalidError as error:
        log.warning("alarm_policy_unreadable", tenant_id=str(tenant_id), reason=error.message)
        return DEFAULT


def policy_changed_since(session: Session, tenant_id: UUID, since: datetime) -> bool:
    """Tell whether the policy was another one at an instant."""
    changed_at = session.scalar(
        select(AlarmPolicy.changed_at).where(AlarmPolicy.tenant_id == tenant_id)
    )
    return changed_at is not None and changed_at > since


def ttls_of(session: Session, tenant_id: UUID, policy: LifecyclePolicy) -> dict[UUID | None, int]:
    """Give the seconds after which the alarms of each source expire."""
    configs = select(Source.id, Source.config).where(Source.tenant_id == tenant_id)
    return {row.id: ttl_of(row.config, policy) for row in session.execute(configs)}


def change_policy(
    session: Session, tenant_id: UUID, changes: Mapping[str, Any], *, by: str, now: datetime
) -> LifecyclePolicy:
    """Change parts of the policy; None takes one back to its default. It holds for what comes.

    Raises:
        InvalidError: naming each field that cannot be so; nothing is changed.
    """
    row = session.scalar(
        select(AlarmPolicy).where(AlarmPolicy.tenant_id == tenant_id).with_for_update()
    )
    before = row.policy if row is not None else {}
    merged = {**before, **changes}
    wanted = {name: value for name, value in merged.items() if value is not None}
    policy = parse_policy(wanted)
    if row is None:
        row = AlarmPolicy(tenant_id=tenant_id)
        session.add(row)
    row.policy, row.changed_at, row.changed_by = wanted, now, by[:WHO_MAX]
    session.flush()
    log.info("alarm_policy_changed", tenant_id=str(tenant_id), by=by, changed=sorted(changes))
    facts = {name: str(wanted.get(name, "the default")) for name in changes}
    note(session, tenant_id, "alarm_policy.changed", now=now, facts=facts)
    return policy
