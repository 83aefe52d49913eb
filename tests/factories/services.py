"""Services and the alarms' lives that they are derived from."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.lives import Life, Stage
from runtime.alarms.model import Severity
from runtime.services.store import ServiceView, add_service
from tests.factories.tenancy import NOON


def service_document(**changes: Any) -> dict[str, Any]:
    """Make the document of a service that rests on two lines, of which one is enough."""
    return {
        "key": "internet-1",
        "name": "Internet at the shop",
        "kind": "internet",
        "zone": "Europe/Zurich",
        "rests_on": [{"need": "any", "keys": ["line-a", "line-b"]}],
        "sla": {"percent": 99.9, "planned_excluded": True, "calendar": ""},
        **changes,
    }


def make_service(
    session: Session, tenant_id: UUID, *, now: datetime = NOON, **changes: Any
) -> ServiceView:
    """Add a service."""
    document = service_document(**changes)
    return add_service(session, tenant_id, document=document, by="test", now=now)


def make_life(
    name: str = "line-a",
    severity: str = "critical",
    begins_s: float = 0,
    ends_s: float | None = None,
    **changes: Any,
) -> Life:
    """Make an alarm's life from so many seconds after noon on."""
    raised_at = NOON + timedelta(seconds=begins_s)
    ended_at = NOON + timedelta(seconds=ends_s) if ends_s is not None else None
    is_planned = changes.pop("is_planned", False)
    stages = [Stage(raised_at, Severity(severity), is_planned)]
    if ended_at is not None:
        stages.append(Stage(ended_at, Severity.CLEARED, is_planned))
    life: dict[str, Any] = {
        "alarm_id": UUID(int=zlib.crc32(f"{name} {severity} {begins_s}".encode())),
        "managed_object": name,
        "affected_services": (),
        "service_affecting": None,
        "event_type": "communicationsAlarm",
        "probable_cause": "",
        "specific_problem": "Loss of signal",
        "raised_at": raised_at,
        "ended_at": ended_at,
        "stages": tuple(stages),
    }
    return Life(**{**life, **changes})
