"""Notices to open pages: "something of this kind changed", carried by Redis.

A notice is a hint, never the only place of a fact: a page that misses one shows the truth at its
next refresh. So a Redis that is down is logged, not raised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
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


def listen(
    redis: Redis, tenant_id: UUID, *, idle_s: float
) -> Iterator[tuple[str, dict[str, Any]] | None]:
    """Yield notices as they come, and None each `idle_s` seconds without one (a heartbeat)."""
    with redis.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(channel_of(tenant_id))
        while True:
            message = pubsub.get_message(timeout=idle_s)
            if message is None:
                yield None
            else:
                notice = json.loads(message["data"])
                yield notice["event"], notice["facts"]
