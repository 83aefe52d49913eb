"""A process that sends events to TMF642's listeners, and is killed at one of its statements.

Called with the database's address, the instant, and the number of the statement that it dies
before; 0 for none.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import event

import garland.tables  # noqa: F401  completes the metadata
from blocks.brokers.http import HttpBroker
from kernel.clock import parse_instant
from kernel.db import make_engine, make_sessions
from runtime.alarms.tmf642.hub.sending import Notifier
from tenancy.scope import guarded


def main(database_url: str, now: datetime, dies_before: int) -> None:
    """Send all that waits for listeners that are due."""
    engine = make_engine(database_url)
    number = count(1)

    def die(*_: Any) -> None:
        if next(number) == dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    event.listen(engine, "commit", die)
    sessions = guarded(make_sessions(engine))
    http = HttpBroker(allow_private=True)
    Notifier(sessions=sessions, reading=sessions, http=http, clock=lambda: now).send_all()


if __name__ == "__main__":
    main(sys.argv[1], parse_instant(sys.argv[2]), int(sys.argv[3]))
