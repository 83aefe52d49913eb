"""RQ and Redis as the carrier of wake-ups; the only module that knows RQ.

A job carries no work, only "there is work of this class": the worker finds the work itself in
the database. So a job that is lost, run twice or run late changes nothing but the delay, and one
job drains many rows. Wake-ups that come before the last one was looked at collapse into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, Worker, get_current_job
from rq.serializers import JSONSerializer
from typing_extensions import override

from kernel import signals
from runtime.metrics import WAKE_UPS, WAKE_UPS_LOST
from runtime.wake import Sleeper, Waker

log = structlog.get_logger(__name__)

PENDING_S = 5  # a wake-up whose job was lost blocks the next ones no longer than this
CORRELATOR_KEY = "garland:wake:correlator"
QUEUE = "garland."

_drains: dict[str, Callable[[], None]] = {}


class RedisWaker(Waker):
    """Carries wake-ups through Redis; a Redis that is down costs delay, never work."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @override
    def wake(self, sleeper: Sleeper, worker_group: str = "", /) -> None:
        WAKE_UPS.labels(sleeper).inc()
        try:
            if sleeper == "correlator":
                pipeline = self._redis.pipeline()
                pipeline.lpush(CORRELATOR_KEY, 1)
                pipeline.ltrim(CORRELATOR_KEY, 0, 0)
                pipeline.execute()
                return
            name = queue_name(sleeper, worker_group)
            if self._redis.set(_pending_key(name), 1, nx=True, ex=PENDING_S):
                _queue(self._redis, name).enqueue_call(
                    "runtime._queue.drain",
                    args=(name,),
                    timeout=-1,
                    result_ttl=0,
                    failure_ttl=60,
                )
        except RedisError as error:
            WAKE_UPS_LOST.labels(sleeper).inc()
            log.warning("wake_up_lost", sleeper=sleeper, reason=str(error))

    @override
    def tell_pages(self, tenant_id: UUID, event: str, facts: dict[str, Any], /) -> None:
        signals.publish(self._redis, tenant_id, event, facts)


def wait_for_correlator_wake(redis: Redis, *, at_most_s: float) -> bool:
    """Sleep until somebody wakes the correlator; True when woken, False at the time's end."""
    return redis.blpop([CORRELATOR_KEY], timeout=at_most_s) is not None


def drain(name: str) -> None:
    """Do what is due of one class: the body of every job."""
    worker_redis = _current_redis()
    if worker_redis is not None:
        worker_redis.delete(_pending_key(name))
    _drains[name]()


def serve(redis: Redis, drains: Mapping[str, Callable[[], None]], *, name: str) -> None:
    """Run jobs of the given queues until the process is told to stop (SIGTERM or SIGINT)."""
    _drains.update(drains)
    queues = [_queue(redis, one) for one in drains]
    worker = SimpleWorker(queues, name=name, connection=redis, serializer=JSONSerializer)
    worker.work(logging_level="WARNING")


def queue_name(sleeper: Sleeper, worker_group: str = "") -> str:
    """Name the queue of a kind of work: `runs`, `steps`, or `steps.<group>`.

    >>> queue_name("steps", "site-a")
    'steps.site-a'
    """
    return f"{sleeper}.{worker_group}" if worker_group else sleeper


def served_groups(redis: Redis) -> dict[str, int]:
    """Count the workers that perform steps, by the group they serve; "" is the main one.

    By RQ's own register, which forgets a worker that does not renew its entry.

    Raises:
        RedisError: when Redis does not answer.
    """
    prefix, found = f"{QUEUE}steps", Counter[str]()
    for worker in Worker.all(connection=redis, serializer=JSONSerializer):
        names = [name for name in worker.queue_names() if name.startswith(prefix)]
        found.update(name.removeprefix(prefix).removeprefix(".") for name in names)
    return found


def _current_redis() -> Redis | None:
    job = get_current_job()
    return None if job is None else job.connection


def _pending_key(name: str) -> str:
    return f"garland:pending:{name}"


def _queue(redis: Redis, name: str) -> Queue:
    return Queue(f"{QUEUE}{name}", connection=redis, serializer=JSONSerializer)
