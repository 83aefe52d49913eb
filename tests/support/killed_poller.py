"""A process that asks what is new at an instant, and is killed at one of its statements.

Called with the database's address, the instant, the number of the statement that it dies before (0
for none), and the key that opens connections.
"""

from __future__ import annotations

from datetime import datetime

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_sessions
from kernel.secrets import Vault
from tenancy.scope import guarded
from tests.factories.triggers import among_standard, count_tickets, make_trigger
from tests.support.dying import dying_engine
from tests.support.polling import make_poller
from tests.support.shelves import put_on_shelf


def main(database_url: str, now: datetime, dies_before: int, key: str) -> None:
    """Ask whatever is due, once."""
    sessions = guarded(make_sessions(dying_engine(database_url, dies_before)))
    put_on_shelf(sessions, among_standard(make_trigger(count_tickets)))
    make_poller(sessions, vault=Vault([key])).round(now=now)
