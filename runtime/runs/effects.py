"""Changes inside Garland that a step wished for, applied in the commit that records the step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from blocks.effects import Effect
from blocks.sdk import LogLine
from kernel.errors import GarlandError, InvalidError, NotFoundError, TooManyError
from runtime.runs._rows import RunRow
from runtime.runs.alarm_effects import Wished, apply_to_alarms, hold_alarms
from runtime.runs.alarm_words import words_for_trial, words_of
from runtime.runs.attempt import Attempted
from runtime.runs.desks import owner_of
from runtime.runs.events import Failed
from runtime.runs.paths import split
from runtime.runs.simulating import is_dry
from runtime.step_state.owners import Owner
from runtime.step_state.store import drop_value, keep_value

KEPT = ("state.set", "state.delete")
PROBLEMS_SHOWN = 3
log = structlog.get_logger(__name__)


def apply_effects(
    session: Session, run: RunRow, done: Attempted, *, by: str, now: datetime
) -> Attempted:
    """Apply what an attempt wished for, in order; give the attempt, failed if one was refused.

    Then none of them counts. The session is bound to the tenant. An alarm that was purged
    meanwhile is such a case. A trial's step that may change nothing keeps nothing either: what it
    would have changed is told in the step's log.
    """
    if is_dry(run, split(done.event.step)[1]):
        wished = [one for one in done.effects if one.kind not in KEPT]
        told = [LogLine("info", words_for_trial(one)) for one in wished]
        return replace(done, effects=(), logs=(*done.logs, *told))
    owner = owner_of(run, done.event.step)
    under_way: Effect | None = None
    try:
        with session.begin_nested():
            hold_alarms(session, run.tenant_id, done.effects)
            for effect in done.effects:
                under_way = effect
                if effect.kind in KEPT:
                    _keep(session, owner, effect, now=now)
                else:
                    apply_to_alarms(Wished(session=session, run=run, effect=effect, by=by, now=now))
    except GarlandError as error:
        log.warning("effect_refused", code=error.code, reason=error.message)
        return _refused(done, under_way, error)
    return done


def _refused(done: Attempted, effect: Effect | None, error: GarlandError) -> Attempted:
    """Fail the attempt; what is only too much for now may be tried again."""
    after_s = error.retry_after_s if isinstance(error, TooManyError) else None
    wish = ""
    if effect is not None and effect.kind not in KEPT:
        wish = f" (the step wished to {words_of(effect)})"
    event = Failed(
        done.event.step,
        done.event.attempt,
        {"code": error.code, "message": f"{_why(error)}{wish}"},
        is_retryable=after_s is not None,
        retry_after_s=after_s,
    )
    return Attempted(event=event, logs=done.logs)


def _why(error: GarlandError) -> str:
    """Say why with the fields that do not fit: nobody sees them elsewhere."""
    if isinstance(error, NotFoundError):
        return f"{error.message}: it is gone, or never was"
    problems = error.problems if isinstance(error, InvalidError) else ()
    told = "; ".join(one.message for one in problems[:PROBLEMS_SHOWN])
    return f"{error.message}: {told}" if told and told != error.message else error.message


def _keep(session: Session, owner: Owner, effect: Effect, *, now: datetime) -> None:
    if effect.kind == "state.delete":
        drop_value(session, owner, effect.target)
    else:
        keep_value(session, owner, effect.target, effect.fields["value"], now=now)
