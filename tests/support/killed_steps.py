"""Does something in a process of its own that is killed before one of its steps on the disk."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from garland.backup import _postgresql

STEPS = (
    (os, "fsync"),
    (os, "link"),
    (shutil, "rmtree"),
    (tempfile, "mkdtemp"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (_postgresql, "_pipe"),
    (_postgresql, "_run"),
)


def killed_before(number: int, action: Callable[[], Any]) -> bool:
    """Do it in a fork of this process; tell whether that was killed.

    Args:
        number: Of the step it is killed before, from 1; when it has fewer, it lives.
        action: What to do; whatever it raises fails the test.
    """
    child = os.fork()
    if child == 0:
        _die_in(number)
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        return True
    assert os.WEXITSTATUS(ended) == 0, "it failed"
    return False


def _die_in(steps: int) -> None:
    number = count(1)

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def take(*given: Any, **named: Any) -> Any:
            if next(number) == steps:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*given, **named)

        return take

    for owner, name in STEPS:
        setattr(owner, name, dying(getattr(owner, name)))
