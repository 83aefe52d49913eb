"""What tests do in a process of its own that is there at once, and may be killed.

A fresh interpreter takes seconds to load what it needs. Here a server loads it once and is forked
for each process. It has one thread: a fork of the tests' own process may copy a lock that another
thread holds, and wait for it for ever.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

WITHIN_S = 180

_APART = multiprocessing.get_context("forkserver")
_APART.set_forkserver_preload(["tests.support.loaded"])


def survives(deed: Callable[..., Any], *given: Any) -> bool:
    """Do something in a process of its own; tell whether that came to its end and was not killed.

    Args:
        deed: A function of a module; what it raises fails the test.
        given: What it is called with; copied to the process, as is this one's environment.
    """
    told, tells = _APART.Pipe(duplex=False)
    process = _APART.Process(target=_do, args=(tells, dict(os.environ), deed, given))
    process.start()
    tells.close()
    process.join(WITHIN_S)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{deed.__module__}.{deed.__name__} did not end in {WITHIN_S} s")
    if process.exitcode == -signal.SIGKILL:
        return False
    assert process.exitcode == 0, told.recv() if told.poll() else process.exitcode
    return True


def _do(tells: Connection, environment: dict[str, str], deed: Any, given: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    try:
        deed(*given)
    except BaseException:
        tells.send(traceback.format_exc())
        raise
