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
from tests.support.apart import survives

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


def survives_till(number: int, deed: Callable[..., Any], *given: Any) -> bool:
    """Do it in a process of its own; tell whether that came to its end.

    Args:
        number: Of the step it is killed before, from 1; when it has fewer, it lives.
        deed: A function of a module; what it raises fails the test.
        given: What it is called with.
    """
    return survives(_do, number, deed, given)


def _do(number: int, deed: Callable[..., Any], given: tuple[Any, ...]) -> None:
    _die_in(number)
    deed(*given)


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
