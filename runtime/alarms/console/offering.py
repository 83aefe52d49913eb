"""What is offered where a person types about alarms: what recent ones have, and ITU's words."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.itu import PROBABLE_CAUSES

LOOKED_AT = 200
VALUES_MAX = 30


def recent_sources(session: Session, tenant_id: UUID) -> list[str]:
    """List the sources of the newest alarms, the frequent ones first."""
    return _recent(session, tenant_id, "source")


def probable_causes(session: Session, tenant_id: UUID) -> list[str]:
    """List the causes of the newest alarms, the frequent ones first, then ITU's others."""
    own = _recent(session, tenant_id, "probable_cause")
    return list(dict.fromkeys([*own, *PROBABLE_CAUSES]))


def _recent(session: Session, tenant_id: UUID, field: str) -> list[str]:
    """Look at the newest alarms alone: all of them would be 100,000 rows for a list of words."""
    found = session.scalars(
        select(getattr(AlarmRow, field))
        .where(AlarmRow.tenant_id == tenant_id)
        .order_by(AlarmRow.last_raised_at.desc())
        .limit(LOOKED_AT)
    )
    counted = Counter(value for value in found if value)
    return [value for value, _ in counted.most_common(VALUES_MAX)]
