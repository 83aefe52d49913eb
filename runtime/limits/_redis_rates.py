"""The same buckets and places in Redis, so that all processes count together.

Each question is one script, which Redis runs alone and by its own clock: machines need not agree
on the time.
"""

from __future__ import annotations

from typing import Any

from redis import Redis

from runtime.limits.buckets import AGAIN_S, Rate

_NOW = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
"""
_TAKE = (
    _NOW
    + """
local number, per_s, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'turn')
local tokens, at = tonumber(found[1] or burst), tonumber(found[2] or now)
local turn, wait = tonumber(found[3] or 0), 0
tokens = math.min(burst, tokens + math.max(0, now - at) * per_s)
if tokens >= number then
  tokens = tokens - number
else
  turn = math.max(now + (number - tokens) / per_s, turn + number / per_s)
  wait = turn - now
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now),
           'turn', string.format('%.6f', turn))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / per_s + wait) + 60)
return string.format('%.6f', wait)
"""
)
_ENTER = (
    _NOW
    + """
local most, for_s, again = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local inside = redis.call('ZSCORE', KEYS[1], ARGV[1])
if inside or redis.call('ZCARD', KEYS[1]) < most then
  redis.call('ZADD', KEYS[1], now + for_s, ARGV[1])
  redis.call('EXPIRE', KEYS[1], math.ceil(for_s) + 60)
  return '0'
end
local turn = tonumber(redis.call('GET', KEYS[2]) or 0)
turn = math.max(now + again, turn + again / most)
redis.call('SET', KEYS[2], string.format('%.6f', turn), 'EX', math.ceil(turn - now) + 60)
return string.format('%.6f', turn - now)
"""
)
_PREFIX = "garland:rate:"


class RedisRates:
    """Buckets and places in Redis; raises RedisError when it does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take: Any = redis.register_script(_TAKE)
        self._enter: Any = redis.register_script(_ENTER)

    def take(self, key: str, number: float, rate: Rate) -> float:
        """Take tokens and give 0, or take none and give the seconds until they are there."""
        return float(self._take(keys=[_PREFIX + key], args=[number, rate.per_s, rate.burst]))

    def enter(self, key: str, who: str, most: int, *, for_s: float) -> float:
        """Take one of `most` places and give 0, or give the seconds until it is worth asking."""
        keys = [_PREFIX + key, f"{_PREFIX}{key}:turn"]
        return float(self._enter(keys=keys, args=[who, most, for_s, AGAIN_S]))

    def leave(self, key: str, who: str) -> None:
        """Give a place back."""
        self._redis.zrem(_PREFIX + key, who)
