"""A process that sends events to TMF642's listeners, and is killed at one of its statements.

Called with the database's address, the instant, and the number of the statement that it dies
before; 0 for none.
"""

from __future__ import annotations

from datetime import datetime

import garland.tables  # noqa: F401  completes the metadata
from blocks.brokers.http import HttpBroker
from kernel.db import make_sessions
from runtime.alarms.tmf642.hub.sending import Notifier
from tenancy.scope import guarded
from tests.support.dying import dying_engine


def main(database_url: str, now: datetime, dies_before: int) -> None:
    """Send all that waits for listeners that are due."""
    engine = dying_engine(database_url, dies_before)
    sessions = guarded(make_sessions(engine))
    http = HttpBroker(allow_private=True)
    Notifier(sessions=sessions, reading=sessions, http=http, clock=lambda: now).send_all()
