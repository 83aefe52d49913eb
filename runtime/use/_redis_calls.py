"""API calls in Redis: how many today, and how many in each minute until they are facts.

Both are counted in one script, which Redis runs alone and by its own clock: no call falls into a
minute that was taken out already, and none is let in that would be one too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis import Redis

_PREFIX = "garland:use:"
_OPEN = f"{_PREFIX}minutes"
DAY_KEPT_S = 2 * 86_400
SETTLED = timedelta(minutes=1)
_COUNT = """
local t = redis.call('TIME')
local minute = math.floor(tonumber(t[1]) / 60)
local day = math.floor(tonumber(t[1]) / 86400)
local number, floor, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local key = KEYS[2] .. ARGV[1] .. ':' .. day
local used = math.max(tonumber(redis.call('GET', key) or 0), floor)
if most >= 0 and used + number > most then return -1 end
redis.call('SET', key, used + number, 'EX', ARGV[5])
redis.call('HINCRBY', KEYS[2] .. 'minute:' .. minute, ARGV[1], number)
redis.call('SADD', KEYS[1], minute)
return used + number
"""


class RedisCalls:
    """Calls counted in Redis; raises RedisError when it does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._count: Any = redis.register_script(_COUNT)

    def count(self, tenant_id: UUID, number: int, *, floor: int, most: int | None) -> int | None:
        """Count calls and give how many there are today; None where they would be too many.

        `floor` is how many there were at least: what Redis forgot, the database knows.
        """
        limit = -1 if most is None else most
        said = self._count(
            keys=[_OPEN, _PREFIX], args=[str(tenant_id), number, floor, limit, DAY_KEPT_S]
        )
        return None if int(said) < 0 else int(said)

    def settled(self) -> Iterator[tuple[datetime, dict[UUID, int]]]:
        """Give the minutes that are over, each with the calls of every tenant."""
        now_s, _ = self._redis.time()
        last = (datetime.fromtimestamp(now_s, UTC) - SETTLED).timestamp() // 60
        minutes: Any = self._redis.smembers(_OPEN)
        for minute in sorted(int(one) for one in minutes):
            if minute <= last - 1:
                counted: Any = self._redis.hgetall(f"{_PREFIX}minute:{minute}")
                at = datetime.fromtimestamp(minute * 60, UTC)
                yield at, {UUID(one.decode()): int(number) for one, number in counted.items()}

    def forget(self, at: datetime) -> None:
        """Forget a minute whose calls are facts now."""
        minute = int(at.timestamp()) // 60
        self._redis.delete(f"{_PREFIX}minute:{minute}")
        self._redis.srem(_OPEN, minute)
