"""Notices to open pages: "something of this kind changed", carried by Redis.

A notice is a hint, never the only place of a fact: a page that misses one shows the truth at its
next refresh. So a Redis that is down is logged, not raised.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

LATEST_KEPT_S = 3_600


def channel_of(tenant_id: UUID) -> str:
    """Name the Redis channel of one tenant's notices."""
    return f"garland:notices:{tenant_id}"


def publish(redis: Redis, tenant_id: UUID, event: str, facts: dict[str, Any]) -> None:
    """Tell the tenant's open pages; `event` is one of `EVENTS` of `static/js/live.js`."""
    notice = json.dumps({"event": event, "facts": facts})
    try:
        pipeline = redis.pipeline()
        pipeline.hset(_latest_key(tenant_id), event, f"{time.time() * 1000:.0f}")
        pipeline.expire(_latest_key(tenant_id), LATEST_KEPT_S)
        pipeline.publish(channel_of(tenant_id), notice)
        pipeline.execute()
    except RedisError as error:
        log.warning("notice_lost", notice=event, reason=str(error))


def missed_since(redis: Redis, tenant_id: UUID, since_ms: int) -> list[str]:
    """List the events that were told at or after an instant (epoch, ms).

    That is what a page missed between being rendered, or losing its stream, and listening.

    Raises:
        RedisError: when Redis does not answer.
    """
    latest: Any = redis.hgetall(_latest_key(tenant_id))
    return sorted(event.decode() for event, at in latest.items() if int(at) >= since_ms)


def _latest_key(tenant_id: UUID) -> str:
    return f"garland:latest:{tenant_id}"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of one kind changed; `facts` may say what."""

    event: str
    facts: dict[str, Any]


class Listener:
    """Hears one tenant's notices until it is closed."""

    def __init__(self, redis: Redis, tenant_id: UUID) -> None:
        self._pubsub = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._pubsub.subscribe(channel_of(tenant_id))

    def hear(self, *, at_most_s: float) -> Notice | None:
        """Wait for the next notice; None when none came in time.

        Raises:
            RedisError: when Redis does not answer.
        """
        message = self._pubsub.get_message(timeout=at_most_s)
        if message is None or message["type"] != "message":
            return None
        notice = json.loads(message["data"])
        return Notice(notice["event"], notice["facts"])

    def close(self) -> None:
        """Stop listening and give the connection back."""
        self._pubsub.close()
