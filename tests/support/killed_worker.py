"""A process that advances runs and dies of each whose step is called `killer`.

Called with the database's address and the folder of `Watch`; ends well once it survived a drain.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import garland.tables  # noqa: F401  completes the metadata
from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.registry import standard_registry
from kernel.db import make_engine, make_sessions
from runtime.runs.drain import Drain
from runtime.runs.performing import Performer
from runtime.runs.programs import Programs
from runtime.runs.services import Brokers
from runtime.runs.watch import Watch
from tenancy.scope import guarded

_perform = Performer.attempt


def _perform_or_die(self: Performer, block: Any, record: Any, step: Any) -> Any:
    if record.step == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    return _perform(self, block, record, step)


def main(database_url: str, folder: str) -> None:
    """Advance what is due."""
    Performer.attempt = _perform_or_die  # type: ignore[method-assign]
    Drain(
        sessions=guarded(make_sessions(make_engine(database_url))),
        programs=Programs(standard_registry()),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
        watch=Watch(Path(folder)),
    ).drain()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
