"""The worker process: advances runs and performs their steps, woken by RQ jobs."""

from __future__ import annotations

import time

import structlog
from redis.exceptions import RedisError

from garland.parts import make_engine_parts
from garland.services import Services
from garland.settings import Settings
from runtime.leases import process_name
from runtime.worker import serve

log = structlog.get_logger(__name__)

REDIS_AGAIN_S = 1.0


def main(settings: Settings) -> None:
    """Run until told to stop; while Redis is away, look at the database each second."""
    services = Services(settings)
    drain, pool = make_engine_parts(services)
    drains = {"runs": drain.drain, "steps": pool.drain}
    try:
        while True:
            for look in drains.values():
                look()
            try:
                serve(services.patient_redis, drains, name=process_name())
            except RedisError as error:
                log.warning("redis_away", reason=str(error))
                time.sleep(REDIS_AGAIN_S)
            else:
                return
    finally:
        pool.close()
