"""How many in a second, and how many at a time: counted in this process alone.

A bucket of tokens allows a rate with bursts: it fills at the rate, up to the burst, and whoever
comes takes tokens or is told when there will be enough. Those who are told to come back are spread
over the time to come, each at a turn of their own, so that they do not all come at once.

Source: the token bucket is that of RFC 2697 with one colour; the spreading is our own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

BUCKETS_MAX = 50_000
AGAIN_S = 0.25
"""How soon to ask again when all places are taken: nobody knows when one becomes free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many a second, and so many at once after a quiet time."""

    per_s: float
    burst: float


@dataclass(slots=True)
class Bucket:
    """Tokens at an instant; `next_turn` is the first moment nobody was told to come back at."""

    tokens: float
    at: float
    next_turn: float = 0.0

    def take(self, number: float, rate: Rate, now: float) -> float:
        """Take tokens and give 0, or take none and give the seconds until they are there."""
        self.tokens = min(rate.burst, self.tokens + max(0.0, now - self.at) * rate.per_s)
        self.at = max(self.at, now)
        if self.tokens >= number:
            self.tokens -= number
            return 0.0
        missing_s = (number - self.tokens) / rate.per_s
        self.next_turn = max(now + missing_s, self.next_turn + number / rate.per_s)
        return self.next_turn - now


@dataclass(slots=True)
class _Places:
    """Who is inside, and until when at the latest."""

    inside: dict[str, float] = field(default_factory=dict)
    next_turn: float = 0.0


class LocalRates:
    """Buckets and places of this process; safe among threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._places: dict[str, _Places] = {}
        self._lock = Lock()

    def take(self, key: str, number: float, rate: Rate) -> float:
        """Take tokens and give 0, or take none and give the seconds until they are there."""
        now = self._clock()
        with self._lock:
            if len(self._buckets) >= BUCKETS_MAX:
                self._buckets.clear()
            bucket = self._buckets.setdefault(key, Bucket(rate.burst, now))
            return bucket.take(number, rate, now)

    def enter(self, key: str, who: str, most: int, *, for_s: float) -> float:
        """Take one of `most` places and give 0, or give the seconds until it is worth asking.

        The place is free again after `leave`, or after `for_s` when whoever took it died.
        """
        now = self._clock()
        with self._lock:
            places = self._places.setdefault(key, _Places())
            for gone in [one for one, until in places.inside.items() if until <= now]:
                del places.inside[gone]
            if len(places.inside) < most or who in places.inside:
                places.inside[who] = now + for_s
                return 0.0
            places.next_turn = max(now + AGAIN_S, places.next_turn + AGAIN_S / most)
            return places.next_turn - now

    def leave(self, key: str, who: str) -> None:
        """Give a place back."""
        with self._lock:
            places = self._places.get(key)
            if places is not None:
                places.inside.pop(who, None)
                if not places.inside:
                    del self._places[key]
