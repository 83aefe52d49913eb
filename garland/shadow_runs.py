"""The process that does one shadow run, and who starts it: the scheduler that leads.

The versions that are tried run in the sandbox of this process, so that they take neither a
worker's time nor its memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session, sessionmaker

from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from marketplace.shadow.doing import do_next_shadow, has_shadow_to_do
from tenancy.scope import system

log = structlog.get_logger(__name__)

PROCESS_S = 3_600.0
"""How long a process may take: what is not done by then is begun anew by the next."""


class ShadowStarter:
    """Starts the process while a shadow run waits and none is done; ends one that hangs."""

    def __init__(
        self, reading: sessionmaker[Session], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._reading, self._clock = reading, clock
        self._process: subprocess.Popen[bytes] | None = None
        self._end_at = 0.0

    def look(self) -> None:
        """Start the process where one is needed."""
        if self._process is not None and self._process.poll() is None:
            if self._clock() < self._end_at:
                return
            log.warning("shadow_run_ended_late", after_s=PROCESS_S)
            self._process.kill()
            self._process.wait()
        with self._reading() as session, system(session):
            wanted = has_shadow_to_do(session, now=utc_now())
        if wanted:
            self._end_at = self._clock() + PROCESS_S
            self._process = subprocess.Popen([sys.executable, "-m", "garland", "shadow-next"])


def main(settings: Settings) -> None:
    """Do the shadow run that waits for longest; leave it when who started us ends."""
    services, parent = Services(settings), os.getppid()
    try:
        do_next_shadow(services.sessions, goes_on=lambda: os.getppid() == parent)
    finally:
        services.end_blocks()
