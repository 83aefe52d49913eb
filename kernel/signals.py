"""Notices to open pages: "something of this kind changed", carried by Redis.

A notice is a hint, never the only place of a fact: a page that misses one shows the truth at its
next refresh. So a Redis that is down is logged, not raised.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def channel_of(tenant_id: UUID) -> str:
    """Name the Redis channel of one tenant's notices."""
    return f"garland:notices:{tenant_id}"


def publish(redis: Redis, tenant_id: UUID, event: str, facts: dict[str, Any]) -> None:
    """Tell the tenant's open pages; `event` is one of alarms, runs, rules, workflows."""
    try:
        redis.publish(channel_of(tenant_id), json.dumps({"event": event, "facts": facts}))
    except RedisError as error:
        log.warning("notice_lost", notice=event, reason=str(error))


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
