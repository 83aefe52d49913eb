"""Recording what an attempt came to, whatever keeps it from being written.

Were it not written, its lease would run out and what was done outside would be done again, for
ever where the result itself is what cannot be written.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError

from kernel.db import is_transient
from runtime.runs.attempt import Attempted
from runtime.runs.events import Failed

log = structlog.get_logger(__name__)

AGAIN_S = (0.2, 1.0, 3.0)


def record_result(write: Callable[[Attempted], bool], done: Attempted) -> bool:
    """Write a result; where that breaks, fail the step instead. Gives what `write` gives.

    A database that is away for a moment is waited for.
    """
    try:
        return _patiently(write, done)
    except Exception as error:
        if is_transient(error):
            raise
        step, attempt = done.event.step, done.event.attempt
        log.exception("step_result_not_writable", step=step)
        message = f"What the step gave could not be written ({type(error).__name__})."
        failed = Failed(step, attempt, {"code": "run.result_not_kept", "message": message})
        return _patiently(write, Attempted(event=failed))


def _patiently(write: Callable[[Attempted], bool], done: Attempted) -> bool:
    for pause_s in AGAIN_S:
        try:
            return write(done)
        except DBAPIError as error:
            if not is_transient(error):
                raise
            log.warning("step_result_not_written_yet", reason=type(error).__name__)
            time.sleep(pause_s)
    return write(done)
