"""The process that does one backtest, and who starts it.

The scheduler that leads starts one process at a time: a long history then takes neither the
scheduler's time nor its memory, and one that is killed is begun again by the next.
"""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy.orm import Session, sessionmaker

from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from runtime.backtests.performing import do_next_backtest
from runtime.rules.backtest.jobs import has_backtest_to_do
from tenancy.scope import system


class BacktestStarter:
    """Starts the process while a backtest waits and none runs."""

    def __init__(self, reading: sessionmaker[Session]) -> None:
        self._reading = reading
        self._process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start the process where one is needed."""
        if self._process is not None and self._process.poll() is None:
            return
        with self._reading() as session, system(session):
            wanted = has_backtest_to_do(session, now=utc_now())
        if wanted:
            self._process = subprocess.Popen([sys.executable, "-m", "garland", "backtest-next"])


def main(settings: Settings) -> None:
    """Do the backtest that waits for longest; leave it when the scheduler that started us ends."""
    services, parent = Services(settings), os.getppid()
    do_next_backtest(services.sessions, services.reading, goes_on=lambda: os.getppid() == parent)
