"""The process that checks one submitted release, and who starts it: the scheduler that leads.

The examples of a release run in the sandbox of this process, so that they take neither a worker's
time nor its memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session, sessionmaker

from blocks.authoring.running import Bounds
from blocks.sandbox.groups import read_groups
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from marketplace.releases.checking import LEASE_S, check_next_release, has_release_to_check
from tenancy.scope import system

log = structlog.get_logger(__name__)

PROCESS_S = LEASE_S - 60.0
"""How long a process may take for a release: it is ended before another may begin the same."""


class ReleaseCheckStarter:
    """Starts the process while a release waits to be checked and none is; ends one that hangs."""

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
            log.warning("release_check_ended", after_s=PROCESS_S)
            self._process.kill()
            self._process.wait()
        with self._reading() as session, system(session):
            wanted = has_release_to_check(session, now=utc_now())
        if wanted:
            self._end_at = self._clock() + PROCESS_S
            self._process = subprocess.Popen([sys.executable, "-m", "garland", "check-next"])


def main(settings: Settings) -> None:
    """Check the release that waits for longest; leave it when who started us ends."""
    services, parent = Services(settings), os.getppid()
    groups = read_groups(settings.sandbox_cgroup)
    bounds = Bounds(level=settings.sandbox_level, groups=groups)
    check_next_release(services.sessions, bounds, goes_on=lambda: os.getppid() == parent)
