"""RQ and Redis as the carrier of wake-ups; the only module that knows RQ.

A job carries no work, only "there is work of this class": the worker finds the work itself in
the database. So a job that is lost, run twice or run late changes nothing but the delay, and one
job drains many rows. Wake-ups that come before the last one was looked at collapse into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, get_current_job
from rq.serializers import JSONSerializer
from typing_extensions import override

from kernel import signals
from runtime.wake import Sleeper, Waker

log = structlog.get_logger(__name__)

PENDING_S = 5  # a wake-up whose job was lost blocks the next ones no longer than this
CORRELATOR_KEY = "garland:wake:correlator"

_drains: dict[str, Callable[[], None]] = {}


class RedisWaker(Waker):
    """Carries wake-ups through Redis; a Redis that is down costs delay, never work."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @override
    def wake(self, sleeper: Sleeper, /) -> None:
        try:
            if sleeper == "correlator":
                pipeline = self._redis.pipeline()
                pipeline.lpush(CORRELATOR_KEY, 1)
                pipeline.ltrim(CORRELATOR_KEY, 0, 0)
                pipeline.execute()
            elif self._redis.set(_pending_key(sleeper), 1, nx=True, ex=PENDING_S):
                _queue(self._redis, sleeper).enqueue_call(
                    "runtime._queue.drain",
                    args=(sleeper,),
                    timeout=-1,
                    result_ttl=0,
                    failure_ttl=60,
                )
        except RedisError as error:
            log.warning("wake_up_lost", sleeper=sleeper, reason=str(error))

    @override
    def tell_pages(self, tenant_id: UUID, event: str, facts: dict[str, Any], /) -> None:
        signals.publish(self._redis, tenant_id, event, facts)


def wait_for_correlator_wake(redis: Redis, *, at_most_s: float) -> bool:
    """Sleep until somebody wakes the correlator; True when woken, False at the time's end."""
    return redis.blpop([CORRELATOR_KEY], timeout=at_most_s) is not None


def drain(sleeper: str) -> None:
    """Do what is due of one class: the body of every job."""
    worker_redis = _current_redis()
    if worker_redis is not None:
        worker_redis.delete(_pending_key(sleeper))
    _drains[sleeper]()


def serve(redis: Redis, drains: Mapping[str, Callable[[], None]], *, name: str) -> None:
    """Run jobs of the given classes until the process is told to stop (SIGTERM or SIGINT)."""
    _drains.update(drains)
    queues = [_queue(redis, sleeper) for sleeper in drains]
    worker = SimpleWorker(queues, name=name, connection=redis, serializer=JSONSerializer)
    worker.work(logging_level="WARNING")


def _current_redis() -> Redis | None:
    job = get_current_job()
    return None if job is None else job.connection


def _pending_key(sleeper: str) -> str:
    return f"garland:pending:{sleeper}"


def _queue(redis: Redis, sleeper: str) -> Queue:
    return Queue(f"garland.{sleeper}", connection=redis, serializer=JSONSerializer)
