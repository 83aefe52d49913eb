"""One action on many runs: each goes or says why not; the others are not held up by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import GarlandError
from runtime.runs import control
from runtime.runs._tables import RunState

BULK_MAX = 1_000
REASONS_MAX = 4
_OVER = tuple(state for state in RunState if state.is_over)
ELIGIBLE: Mapping[str, tuple[RunState, ...]] = {
    "cancel": tuple(state for state in RunState if not state.is_over),
    "retry": (RunState.FAILED,),
    "rerun": _OVER,
}
"""By action, the states of the runs that it is offered to when all that fit are meant."""
_DONE = {"cancel": "cancelled", "retry": "retried", "rerun": "started again"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an action on one run came to.

    Attributes:
        new_id: The run that `rerun` started.
        code, message: Why nothing was done; "" when it was.
    """

    id: UUID
    new_id: UUID | None = None
    code: str = ""
    message: str = ""


def act(
    session: Session,
    tenant_id: UUID,
    action: str,
    run_ids: Iterable[UUID],
    *,
    by: str,
    now: datetime,
) -> list[Done]:
    """Cancel, retry or run again each of the runs, in whatever state it is by now."""
    return [_act_on(session, tenant_id, action, one, by, now) for one in dict.fromkeys(run_ids)]


def summary(action: str, results: Iterable[Done]) -> str:
    """Say how many went and why the others did not.

    >>> one = UUID(int=1)
    >>> summary("cancel", [Done(id=one), Done(id=one, code="c", message="it is over")])
    '1 of 2 runs cancelled. 1 was not: it is over.'
    """
    found = list(results)
    reasons = Counter(one.message for one in found if one.code)
    went, stayed = len(found) - reasons.total(), reasons.total()
    of = f"{went:,} of {len(found):,}" if stayed else f"{went:,}"
    text = f"{of} {'run' if len(found) == 1 else 'runs'} {_DONE[action]}."
    if not stayed:
        return text
    told = [
        reason if len(reasons) == 1 else f"{count:,}: {reason}"
        for reason, count in reasons.most_common(REASONS_MAX)
    ]
    rest = len(reasons) - len(told)
    more = f"; and {rest} other reasons" if rest > 0 else ""
    return f"{text} {stayed:,} {'was' if stayed == 1 else 'were'} not: {'; '.join(told)}{more}."


def _act_on(
    session: Session, tenant_id: UUID, action: str, run_id: UUID, by: str, now: datetime
) -> Done:
    where = (session, tenant_id, run_id)
    try:
        if action == "rerun":
            return Done(id=run_id, new_id=control.rerun(*where, by=by, now=now))
        if action == "retry":
            control.retry_run(*where, by=by, now=now)
        else:
            control.cancel_run(*where, by=by, now=now)
    except GarlandError as error:  # each refuses before it writes
        return Done(id=run_id, code=error.code, message=error.message)
    return Done(id=run_id)
