"""What Redis keeps of an organisation: counts, notices, who has a drawing open. All passes."""

from __future__ import annotations

from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def forget_keys(redis: Redis, tenant_id: UUID) -> int | None:
    """Remove every key that names an organisation; give how many, None where Redis is away.

    Each ends by itself within two days, so a Redis that is away holds nothing up.
    """
    try:
        found = list(redis.scan_iter(match=f"garland:*{tenant_id}*", count=1_000))
        return sum(int(redis.unlink(one)) for one in found)
    except RedisError as error:
        log.warning("keys_not_removed", tenant_id=str(tenant_id), reason=str(error))
        return None
