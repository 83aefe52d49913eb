"""The worker process: advances runs and performs their steps, woken by RQ jobs.

A worker serves groups: the main one, which advances runs too, and those of machines that stand
near what the steps of some blocks must reach.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import structlog
from redis.exceptions import RedisError

from garland.memory import settle
from garland.metrics_port import serve_metrics
from garland.parts import make_engine_parts
from garland.services import Services, tidy_folders
from garland.settings import Settings
from kernel.spans import switch_off, switch_on
from runtime.leases import process_name
from runtime.runs.programs import MAIN_GROUP
from runtime.worker import queue_name, serve

log = structlog.get_logger(__name__)

REDIS_AGAIN_S = 1.0
SWITCH_EVERY_S = 0.001
"""Of Python's threads: with nine of them and the usual 5 ms, each waits long for its turn."""


def main(settings: Settings, worker_groups: Sequence[str] = (MAIN_GROUP,)) -> None:
    """Run until told to stop; while Redis is away, look at the database each second.

    Args:
        settings: The installation's.
        worker_groups: The groups to serve; `main` is that of steps which name none.
    """
    sys.setswitchinterval(SWITCH_EVERY_S)
    services = Services(settings)
    serve_metrics(settings)
    switch_on("worker")
    named = ["" if group == MAIN_GROUP else group for group in worker_groups]
    drain, pool = make_engine_parts(services, named)
    services.block_pool  # noqa: B018  tries the sandbox now, not in the first step that needs it
    drains: dict[str, Callable[[], None]] = {
        queue_name("steps", group): pool.drain for group in named
    }
    if "" in named:
        drains = {queue_name("runs"): drain.drain, **drains}
    tidy_folders(services)
    settle()
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
        services.end_blocks()
        switch_off()
