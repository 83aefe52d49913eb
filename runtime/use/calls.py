"""API calls: counted over all processes in Redis, and made facts minute by minute.

A minute becomes a fact under a key of its own before Redis forgets it: whoever dies in between
tells it again, and it counts once. While Redis does not answer, calls are let in and this process
keeps count, to add it at the next call; what Redis or the process loses is nobody's to pay.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from runtime.use._redis_calls import RedisCalls
from runtime.use.recording import API_CALLS, record_use
from tenancy._tables import Organisation
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

CALLS = "garland.calls"
ASK_AGAIN_S = 5.0


class Calls:
    """Counts the calls of programs; safe among threads."""

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = RedisCalls(redis)
        self._clock = clock
        self._ask_at = 0.0
        self._alone: dict[UUID, int] = {}
        self._lock = Lock()

    def count(self, tenant_id: UUID, *, floor: int, most: int | None) -> bool:
        """Count one call; False, and not counted, where it would be one too many today."""
        if self._clock() < self._ask_at:
            self._keep(tenant_id, 1)
            return True
        with self._lock:
            before = self._alone.pop(tenant_id, 0)
        try:
            if before:  # calls that were let in already are counted, however many they are
                self._shared.count(tenant_id, before, floor=floor, most=None)
                before = 0
            return self._shared.count(tenant_id, 1, floor=floor, most=most) is not None
        except RedisError as error:
            log.warning("calls_counted_alone", reason=type(error).__name__)
            self._ask_at = self._clock() + ASK_AGAIN_S
            self._keep(tenant_id, before + 1)
            return True

    def settled(self) -> list[tuple[datetime, Mapping[UUID, int]]]:
        """Give the minutes that are over; none while Redis does not answer."""
        try:
            return list(self._shared.settled())
        except RedisError:
            return []

    def forget(self, at: datetime) -> None:
        """Forget a minute whose calls are facts now; else it is told again, and counts once."""
        try:
            self._shared.forget(at)
        except RedisError as error:
            log.warning("calls_told_again", reason=type(error).__name__)

    def _keep(self, tenant_id: UUID, number: int) -> None:
        with self._lock:
            self._alone[tenant_id] = self._alone.get(tenant_id, 0) + number


def record_minute(session: Session, at: datetime, counted: Mapping[UUID, int]) -> None:
    """Make the calls of a minute facts, each tenant's its own; in system scope.

    Who is gone meanwhile is left out.
    """
    for tenant_id, number in sorted(counted.items()):
        if session.get(Organisation, tenant_id) is None:
            continue
        with as_tenant(session, tenant_id):
            record_use(session, tenant_id, API_CALLS, f"{at:%Y%m%dT%H%M}", number, now=at)


def calls_of(session: Session) -> Calls | None:
    """Give what counts calls for a session; None where nobody does."""
    found: Calls | None = session.info.get(CALLS)
    return found
