"""Rates and places over all processes while Redis answers, and in each process when it does not.

Losing Redis must stop neither intake nor steps: the limits then hold in each process by itself,
and Redis is asked again after some seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from runtime.limits._redis_rates import RedisRates
from runtime.limits.buckets import LocalRates, Rate

log = structlog.get_logger(__name__)

RATES = "garland.rates"
ASK_AGAIN_S = 5.0
T = TypeVar("T")


class Rates:
    """Counts together with the other processes as long as Redis answers."""

    def __init__(
        self, redis: Redis | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = RedisRates(redis) if redis is not None else None
        self._local = LocalRates(clock)
        self._clock = clock
        self._ask_at = 0.0

    def take(self, key: str, number: float, rate: Rate) -> float:
        """Take so many and give 0, or take none and give the seconds until they are there."""
        return self._ask(
            lambda shared: shared.take(key, number, rate),
            lambda: self._local.take(key, number, rate),
        )

    def enter(self, key: str, who: str, most: int, *, for_s: float) -> float:
        """Take one of `most` places and give 0, or give the seconds until it is worth asking.

        The place is free again after `leave`, or after `for_s` when whoever took it died.
        """
        return self._ask(
            lambda shared: shared.enter(key, who, most, for_s=for_s),
            lambda: self._local.enter(key, who, most, for_s=for_s),
        )

    def leave(self, key: str, who: str) -> None:
        """Give a place back."""
        self._local.leave(key, who)
        self._ask(lambda shared: shared.leave(key, who), lambda: None)

    def _ask(self, shared: Callable[[RedisRates], T], local: Callable[[], T]) -> T:
        if self._shared is None or self._clock() < self._ask_at:
            return local()
        try:
            return shared(self._shared)
        except RedisError as error:
            log.warning("rates_counted_alone", reason=type(error).__name__)
            self._ask_at = self._clock() + ASK_AGAIN_S
            return local()


def rates_of(session: Session) -> Rates | None:
    """Give what counts rates for a session; None where nobody does."""
    found: Rates | None = session.info.get(RATES)
    return found
