"""Recording a fact of use: beside the fact itself, in its transaction, under a key that it has."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.use._tables import UsageFact
from tenancy.rows import insert_new

EVENTS, RUNS, STEPS, API_CALLS = "events", "runs", "steps", "api_calls"


def record_use(
    session: Session, tenant_id: UUID, metric: str, key: str, number: int, *, now: datetime
) -> bool:
    """Record that so much was used; False where this fact is recorded already.

    `key` is the fact's own and the same whenever it is told again: the run that was started, the
    first event of a batch, the minute that calls were counted in. It counts once a day; what could
    be told again on another day has to be told with the day it was first told.
    """
    row = {
        "tenant_id": tenant_id,
        "metric": metric,
        "day": day_of(now),
        "key": key,
        "number": number,
    }
    return insert_new(session, UsageFact, row, keys=("tenant_id", "metric", "day", "key"))


def day_of(at: datetime) -> date:
    """Give the day of an instant, in UTC."""
    return at.astimezone(UTC).date()
