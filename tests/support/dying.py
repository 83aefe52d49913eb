"""An engine whose process is killed at one of its statements."""

from __future__ import annotations

import os
import signal
from itertools import count
from typing import Any

from sqlalchemy import Engine, event

from kernel.db import make_engine


def dying_engine(database_url: str, dies_before: int) -> Engine:
    """Make an engine that kills its process before the statement or commit of this number.

    The first is 1; with 0 the process lives.
    """
    engine = make_engine(database_url)
    number = count(1)

    def die(*_: Any) -> None:
        if next(number) == dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    event.listen(engine, "commit", die)
    return engine
