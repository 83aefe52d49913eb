"""Changes inside Garland that a step wished for, applied in the commit that records the step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.effects import Effect
from kernel.errors import GarlandError
from runtime.alarms.store import acknowledge, set_fields

log = structlog.get_logger(__name__)


def apply_effects(
    session: Session, tenant_id: UUID, effects: Sequence[Effect], *, by: str, now: datetime
) -> GarlandError | None:
    """Apply effects in order; the first that cannot be applied is returned, and none after it.

    The session is bound to the tenant. An alarm that was purged meanwhile is such a case.
    """
    if not effects:
        return None  # most steps: a savepoint would cost more than the step
    try:
        with session.begin_nested():
            for effect in effects:
                _apply(session, tenant_id, effect, by=by, now=now)
    except GarlandError as error:
        log.warning("effect_refused", code=error.code, reason=error.message)
        return error
    return None


def _apply(session: Session, tenant_id: UUID, effect: Effect, *, by: str, now: datetime) -> None:
    alarm_id = UUID(effect.target)
    match effect.kind:
        case "alarm.acknowledge":
            comment = str(effect.fields.get("comment", ""))
            acknowledge(session, tenant_id, alarm_id, by=by, now=now, comment=comment)
        case "alarm.set":
            set_fields(session, tenant_id, alarm_id, fields=effect.fields, by=by, now=now)
