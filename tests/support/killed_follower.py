"""A process that follows alarms for services, and is killed at one of its statements.

Called with the database's address and the number of the statement that it dies before; 0 for none.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import event

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_engine, make_sessions
from runtime.services.following import Follower
from tenancy.scope import guarded

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def main(database_url: str, dies_before: int) -> None:
    """Follow what is new."""
    engine = make_engine(database_url)
    number = count(1)

    def die(*_: Any) -> None:
        if next(number) == dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    event.listen(engine, "commit", die)
    sessions = guarded(make_sessions(engine))
    Follower(sessions, sessions).round(now=NOW)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
