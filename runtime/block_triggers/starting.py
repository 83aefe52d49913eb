"""What a trigger's block told, written in the transaction at hand: runs, and what it keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.effects import Effect
from blocks.kinds.trigger import Event
from kernel.clock import format_instant
from kernel.errors import GarlandError, NotFoundError, TooManyError, UnavailableError
from kernel.ids import sha256_of
from runtime.block_triggers.asking import LiveTrigger
from runtime.flows.lookup import startable
from runtime.runs.not_started import NotStartedError
from runtime.runs.start import Start, start_run
from runtime.step_state.store import drop_value, keep_value

log = structlog.get_logger(__name__)

LATER = (NotStartedError, TooManyError, UnavailableError)
"""Why events are told again later rather than being used up."""


def is_still_live(session: Session, live: LiveTrigger) -> bool:
    """Tell whether what was asked is what is live, and not paused; nobody retires it meanwhile."""
    try:
        found = startable(session, live.tenant_id, live.flow_id, hold=True)
    except NotFoundError:
        return False
    return not found.paused and found.version_id == live.version_id


def start_for(
    session: Session, live: LiveTrigger, event: Event, *, now: datetime
) -> tuple[UUID | None, str]:
    """Start the run for an event; give it, and why it cannot be, "" when it is or was.

    Raises:
        NotStartedError, TooManyError, UnavailableError: no run begins now, whatever the event.
    """
    key = f"{live.flow_id}:{live.trigger.id}:{event.key}"
    start = Start(
        trigger={
            "kind": "block",
            "key": event.key,
            "event": event.data,
            "at": format_instant(now),
        },
        trigger_id=live.trigger.id,
        subject=event.key,
        dedup_key="poll:" + sha256_of(key),
        started_by=live.title,
    )
    try:
        return start_run(session, live.tenant_id, live.flow_id, start, now=now), ""
    except LATER:
        raise
    except GarlandError as error:
        log.warning("trigger_event_refused", flow_id=str(live.flow_id), reason=error.message)
        return None, f"{event.key}: {error.message}"


def keep(session: Session, live: LiveTrigger, effects: Iterable[Effect], *, now: datetime) -> None:
    """Keep what the block set, and let go what it deleted.

    Raises:
        StateFullError: another was quicker, and it keeps as much as it may.
    """
    for effect in effects:
        if effect.kind == "state.delete":
            drop_value(session, live.owner, effect.target)
        else:
            value = effect.fields["value"]
            keep_value(session, live.owner, effect.target, value, now=now)
