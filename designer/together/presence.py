"""Who has a draft open: a page says so every short while, and is forgotten when it stops.

Kept in Redis alone, since it is worth nothing a minute later: where Redis does not answer, nobody
is shown. Every key names the tenant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

BEAT_S = 20
GONE_S = 50.0
"""A page that missed two beats is closed, or its computer sleeps."""
MOST = 40
TEXT_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One open page: whose it is, since when, and which step is chosen in it ("" for none).

    Attributes:
        since_s, beat_s: Seconds since the epoch.
    """

    page: str
    person: str
    name: str
    since_s: float
    beat_s: float
    step: str = ""

    @property
    def since(self) -> datetime:
        """Give when the page was opened."""
        return datetime.fromtimestamp(self.since_s, UTC)

    @property
    def initials(self) -> str:
        """Give two letters for a small round.

        >>> Visitor(page="", person="", name="Anna Berg", since_s=0, beat_s=0).initials
        'AB'
        """
        words = self.name.split() or ["?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


def beat(
    redis: Redis, tenant_id: UUID, flow_id: UUID, visitor: Visitor
) -> tuple[list[Visitor], bool]:
    """Note that a page is open; give the others, those who came first at first, and if it is new.

    Costs one round trip, and a second where somebody is to be forgotten.
    """
    key = _key(tenant_id, flow_id)
    try:
        known: dict[bytes, bytes] = redis.hgetall(key)  # type: ignore[assignment]  # not awaited
        found = [_read(one) for one in known.values()]
        stay, gone = _sorted_out(found, visitor.beat_s)
        before = next((one for one in stay if one.page == visitor.page), None)
        since_s = before.since_s if before is not None else visitor.since_s
        pipeline = redis.pipeline()
        if gone:
            pipeline.hdel(key, *gone)
        pipeline.hset(key, visitor.page, json.dumps(asdict(visitor) | {"since_s": since_s}))
        pipeline.expire(key, int(GONE_S) * 2)
        pipeline.execute()
    except RedisError as error:
        log.warning("presence_unknown", reason=str(error))
        return [], False
    return [one for one in stay if one.page != visitor.page], before is None


def leave(redis: Redis, tenant_id: UUID, flow_id: UUID, page: str) -> None:
    """Forget a page that closes."""
    try:
        redis.hdel(_key(tenant_id, flow_id), page)
    except RedisError as error:
        log.warning("presence_unknown", reason=str(error))


def _sorted_out(found: Sequence[Visitor], now_s: float) -> tuple[list[Visitor], list[str]]:
    """Tell those who are here, the first first, from the pages to forget; at most `MOST` stay."""
    here = sorted((one for one in found if now_s - one.beat_s <= GONE_S), key=lambda o: o.since_s)
    stay = here[-MOST:]
    kept = {one.page for one in stay}
    return stay, [one.page for one in found if one.page not in kept]


def _read(text: bytes) -> Visitor:
    facts: dict[str, Any] = json.loads(text)
    return Visitor(**facts)


def _key(tenant_id: UUID, flow_id: UUID) -> str:
    return f"garland:presence:{tenant_id}:{flow_id}"
