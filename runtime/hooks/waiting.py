"""Waiting for the end of a run on behalf of a caller: by few at a time, holding no transaction.

Notices of Redis end the pause early; the database says what is true. A worker may be on any
machine, and a Redis that is away only makes the answer a little later.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from kernel.signals import Listener

Found = TypeVar("Found")

AT_MOST_S = 25.0
LOOK_EVERY_S = 1.0
LOOK_EVERY_DEAF_S = 0.2
PAUSE_S = 0.02
PAUSE_GROWS = 0.02
"""The least pause between two looks, however many notices come, and its share of what has passed:
who has waited for long need not look often."""


class Slots:
    """Bounds how many threads of a process wait at a time; the others answer at once.

    One tenant has half of them at most: who sends much, or has slow ones, leaves room to others.
    """

    def __init__(self, most: int) -> None:
        self._most, self._of_one_tenant = most, max(1, most // 2)
        self._taken: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, tenant_id: UUID) -> Iterator[bool]:
        """Give whether there was room for the tenant; it is given back at the end."""
        has_room = self._take(tenant_id)
        try:
            yield has_room
        finally:
            if has_room:
                self._give_back(tenant_id)

    def _take(self, tenant_id: UUID) -> bool:
        with self._lock:
            if self._taken.total() >= self._most or self._taken[tenant_id] >= self._of_one_tenant:
                return False
            self._taken[tenant_id] += 1
            return True

    def _give_back(self, tenant_id: UUID) -> None:
        with self._lock:
            self._taken[tenant_id] -= 1
            if not self._taken[tenant_id]:
                del self._taken[tenant_id]


class RunNotices:
    """Hears that something changed in the tenant's runs; deaf when Redis is away."""

    def __init__(self, redis: Redis, tenant_id: UUID) -> None:
        self._began = time.monotonic()
        try:
            self._listener: Listener | None = Listener(redis, tenant_id)
        except RedisError:
            self._listener = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._listener is not None:
            self._listener.close()

    def rest(self, at_most_s: float) -> None:
        """Return when a run changed, or after a while."""
        ends = time.monotonic() + at_most_s
        while self._listener is not None and (left := ends - time.monotonic()) > 0:
            try:
                notice = self._listener.hear(at_most_s=left)
            except RedisError:
                self._listener = None
                break
            if notice is not None and notice.event == "runs":
                time.sleep(max(PAUSE_S, PAUSE_GROWS * (time.monotonic() - self._began)))
                return
        time.sleep(min(max(ends - time.monotonic(), 0.0), LOOK_EVERY_DEAF_S))


def wait_until_found(
    look: Callable[[], Found | None], rest: Callable[[float], None], *, at_most_s: float
) -> Found | None:
    """Look until something is found; None when it was not in time.

    Args:
        look: Reads the truth; opens and closes its own transaction.
        rest: Pauses for at most so many seconds.
        at_most_s: How long to go on, >= 0; there is always one look.
    """
    ends = time.monotonic() + at_most_s
    while True:
        found = look()
        left = ends - time.monotonic()
        if found is not None or left <= 0:
            return found
        rest(min(left, LOOK_EVERY_S))
