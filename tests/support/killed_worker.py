"""A process that advances runs and dies of each that is about `killer`.

Called with the database's address, the folder of `Watch`, and when it dies: `performing` a step, or
`advancing` at all, be it only to fail the run. Ends well once it survived a drain.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import garland.tables  # noqa: F401  completes the metadata
from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from kernel.db import make_engine, make_sessions
from runtime.runs import drain
from runtime.runs import segment as segment_module
from runtime.runs._rows import RunRow
from runtime.runs.carried import Segment
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.watch import Watch
from tenancy.scope import guarded


def main(database_url: str, folder: Path, when: str) -> None:
    """Advance what is due."""

    def carry_on(run: RunRow, segment: Segment) -> Any:
        if run.subject == "killer" and (when == "advancing" or segment.fault is None):
            os.kill(os.getpid(), signal.SIGKILL)
        return segment_module.carry_on(run, segment)

    vars(drain)["carry_on"] = carry_on
    sessions = guarded(make_sessions(make_engine(database_url)))
    drain.Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
        watch=Watch(folder),
    ).drain()
