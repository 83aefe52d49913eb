"""The correlator process: takes alarm events from the journal in batches."""

from __future__ import annotations

import signal
import time
from threading import Event

import structlog
from redis.exceptions import RedisError

from garland.memory import settle
from garland.metrics_port import serve_metrics
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from runtime.correlation import correlate_batch
from runtime.leases import CORRELATOR, hold_lease, process_name, release_lease
from runtime.rules.matcher import Matcher
from runtime.worker import wait_for_correlator_wake

log = structlog.get_logger(__name__)

LEASE = CORRELATOR
LEASE_S = 10.0
IDLE_S = 1
FAULT_PAUSE_S = 1.0


def main(settings: Settings) -> None:
    """Run until told to stop. Several may be started: one works, the others stand by."""
    services = Services(settings)
    serve_metrics(settings)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    owner = process_name()
    with Matcher() as matcher:
        settle()
        while not stopped.is_set():
            try:
                taken = run_once(services, matcher, owner)
            except Exception:
                log.exception("batch_failed")
                stopped.wait(FAULT_PAUSE_S)
                continue
            if not taken:
                _sleep(services)
    with services.sessions() as session, session.begin():
        release_lease(session, LEASE, owner, now=utc_now())


def run_once(services: Services, matcher: Matcher, owner: str) -> int:
    """Correlate one batch under the lease; give how many events were taken."""
    now = utc_now()
    with services.sessions() as session, session.begin():
        if not hold_lease(session, LEASE, owner, now=now, for_s=LEASE_S):
            return 0
        return correlate_batch(session, matcher=matcher, now=now)


def _sleep(services: Services) -> None:
    try:
        wait_for_correlator_wake(services.patient_redis, at_most_s=IDLE_S)
    except RedisError:
        time.sleep(IDLE_S)
