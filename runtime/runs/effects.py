"""Changes inside Garland that a step wished for, applied in the commit that records the step."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.effects import Effect
from kernel.errors import GarlandError, NotFoundError
from runtime.alarms.store import acknowledge, set_fields
from runtime.runs._rows import RunRow
from runtime.runs.attempt import Attempted
from runtime.runs.desks import owner_of
from runtime.runs.events import Failed
from runtime.step_state.owners import Owner
from runtime.step_state.store import drop_value, keep_value

KEPT = ("state.set", "state.delete")
log = structlog.get_logger(__name__)

ID_SHOWN = 60


def apply_effects(
    session: Session, run: RunRow, done: Attempted, *, by: str, now: datetime
) -> Attempted:
    """Apply what an attempt wished for, in order; give the attempt, failed if one was refused.

    Then none of them counts. The session is bound to the tenant. An alarm that was purged
    meanwhile is such a case. What a trial without effects wants to keep is not kept.
    """
    owner = owner_of(run, done.event.step)
    is_dry = run.is_trial and not run.allows_effects
    try:
        with session.begin_nested():
            for effect in done.effects:
                if effect.kind in KEPT:
                    if not is_dry:
                        _keep(session, owner, effect, now=now)
                else:
                    _apply(session, run.tenant_id, effect, by=by, now=now)
    except GarlandError as error:
        log.warning("effect_refused", code=error.code, reason=error.message)
        told = {"code": error.code, "message": error.message}
        return Attempted(event=Failed(done.event.step, done.event.attempt, told), logs=done.logs)
    return done


def _apply(session: Session, tenant_id: UUID, effect: Effect, *, by: str, now: datetime) -> None:
    try:
        alarm_id = UUID(effect.target)
    except ValueError:  # what a block says; its host looks at no alarm
        raise NotFoundError("no such alarm", alarm_id=effect.target[:ID_SHOWN]) from None
    match effect.kind:
        case "alarm.acknowledge":
            comment = str(effect.fields.get("comment", ""))
            acknowledge(session, tenant_id, alarm_id, by=by, now=now, comment=comment)
        case "alarm.set":
            set_fields(session, tenant_id, alarm_id, fields=effect.fields, by=by, now=now)


def _keep(session: Session, owner: Owner, effect: Effect, *, now: datetime) -> None:
    if effect.kind == "state.delete":
        drop_value(session, owner, effect.target)
    else:
        keep_value(session, owner, effect.target, effect.fields["value"], now=now)
