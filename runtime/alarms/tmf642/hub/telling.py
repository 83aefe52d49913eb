"""Telling a tenant that a listener of theirs is paused: by an alarm, as of all that is wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from runtime.alarms.journal import append
from runtime.alarms.model import AlarmEvent, EventType, Severity
from runtime.alarms.tmf642.hub._tables import TmfHub
from runtime.wake import wake_after_commit

SOURCE = "garland"
PAUSED_BY_US = "The installation"
PROBLEM = "Listener paused"


def tell_paused(session: Session, hub: TmfHub, why: str, *, now: datetime) -> None:
    """Raise an alarm that names the listener and what to do."""
    text = (
        f"Events are no longer sent to this listener, for {why} They wait: mend the receiver and "
        "resume it on the page Listeners, or remove it."
    )
    _send(session, hub, Severity.MINOR, text, now=now)


def tell_mended(session: Session, hub: TmfHub, *, now: datetime) -> None:
    """Clear that alarm."""
    _send(session, hub, Severity.CLEARED, "", now=now)


def _send(session: Session, hub: TmfHub, severity: Severity, text: str, *, now: datetime) -> None:
    event = AlarmEvent(
        managed_object=f"listener {hub.id}",
        perceived_severity=severity,
        event_type=EventType.COMMUNICATIONS.value,
        probable_cause="communicationsProtocolError",
        specific_problem=PROBLEM,
        text=text,
        source=SOURCE,
        raised_at=now,
    )
    append(session, hub.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")
