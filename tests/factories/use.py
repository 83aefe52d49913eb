"""Builders of what was used."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from redis import Redis
from sqlalchemy.orm import Session

from runtime.use.adding_up import add_up
from runtime.use.calls import Calls
from runtime.use.recording import record_use
from tenancy.scope import as_tenant


def nowhere() -> Calls:
    """Give calls that no Redis counts."""
    return Calls(Redis(host="127.0.0.1", port=1, socket_timeout=0.1))


def use(session: Session, tenant_id: UUID, day: date, **numbers: int) -> None:
    """Let so much of each metric be used on a day, and add the day up."""
    at = datetime.combine(day, time(12), UTC)
    with as_tenant(session, tenant_id):
        for metric, number in numbers.items():
            record_use(session, tenant_id, metric, f"{metric} of {day}", number, now=at)
        add_up(session, tenant_id, day, now=at)
