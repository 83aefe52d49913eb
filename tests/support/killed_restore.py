"""Restores a backup in a process that is killed before one of its steps on the disk.

Run as `python -m tests.support.killed_restore FILE NUMBER`, with the settings in the environment;
the first step is 1, and with 0 it lives. Where it lives it prints how many steps there were.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from garland.backup import _postgresql
from garland.backup.restoring import Wanted, restore
from garland.settings import load_settings

STEPS = (
    (os, "fsync"),
    (shutil, "rmtree"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (_postgresql, "_pipe"),
)


def main() -> None:
    """Restore, and die on the way."""
    file, dies_before = Path(sys.argv[1]), int(sys.argv[2])
    number = count(1)

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def take(*given: Any, **named: Any) -> Any:
            if next(number) == dies_before:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*given, **named)

        return take

    settings = load_settings()
    for owner, name in STEPS:
        setattr(owner, name, dying(getattr(owner, name)))
    restore(settings, file, Wanted(replaces=True))
    print(next(number) - 1)  # noqa: T201  for the test


if __name__ == "__main__":
    main()
