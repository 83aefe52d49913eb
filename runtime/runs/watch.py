"""Which runs were being advanced when a process died, and how often one died of each.

A block that takes all memory, or crashes a library, kills the process that advances its run. The
run stays due, so without this the next process would die of it, and each after that, and every
other run of its batch would wait. So each process notes the runs of the batch under way in a file
that it holds locked; a process that starts reads what the dead have left, and from then on every
process of the machine leaves those runs out of its batches and tries each alone, which is counted
before it begins. One that is got through is a run like any other again: whoever kills processes
at random fails nobody.

Each machine has its own files (`GARLAND_DATA_DIR`); they cost some microseconds a batch and no
commit. No flush to the disk: what ends with the machine is no run's fault.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import structlog

from kernel.ids import new_id

log = structlog.get_logger(__name__)

_UNDER_WAY, _SUSPECT = ".runs", ".suspect"


class Watch:
    """One process's part; without a folder nothing is noted and nobody is suspected."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._own: int | None = None
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own = _hold_new(folder)
            _take_over(folder)

    @contextmanager
    def under_way(self, run_ids: Collection[UUID]) -> Iterator[None]:
        """Note that these runs are advanced, for as long as that takes."""
        self._note("\n".join(map(str, run_ids)))
        try:
            yield
        finally:
            self._note("")

    def suspects(self) -> list[UUID]:
        """List the runs that a process may have died of: each is to be tried alone."""
        if self._folder is None:
            return []
        return [UUID(one.stem) for one in self._folder.glob(f"*{_SUSPECT}")]

    @contextmanager
    def alone(self, run_id: UUID) -> Iterator[int | None]:
        """Try a suspect; it is none any longer once this is through.

        Gives how many tries before this one died, or None when it is tried or cleared elsewhere.
        A try that raises has not died: it does not count, and the run stays a suspect.
        """
        found = _lock(self._suspect(run_id))
        if found is None:
            yield None
            return
        try:
            died = int(os.pread(found, 20, 0) or b"0")
            _write(found, str(died + 1))
            try:
                yield died
            except BaseException:
                _write(found, str(died))
                raise
            self._suspect(run_id).unlink(missing_ok=True)
        finally:
            os.close(found)

    def _note(self, text: str) -> None:
        if self._own is not None:
            _write(self._own, text)

    def _suspect(self, run_id: UUID) -> Path:
        return (self._folder or Path()) / f"{run_id}{_SUSPECT}"


def _hold_new(folder: Path) -> int:
    """Make this process's file, locked before anyone can find it."""
    made = folder / f"{new_id()}.new"
    held = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    made.rename(made.with_suffix(_UNDER_WAY))
    return held


def _take_over(folder: Path) -> None:
    """Suspect what dead processes were at: their files are not locked any longer."""
    for path in folder.glob(f"*{_UNDER_WAY}"):
        found = _lock(path)
        if found is None:
            continue
        run_ids = os.pread(found, os.fstat(found).st_size, 0).decode().split()
        for run_id in run_ids:
            (folder / f"{UUID(run_id)}{_SUSPECT}").touch(mode=0o600)
        if run_ids:
            log.warning("process_died_advancing_runs", runs=len(run_ids))
        path.unlink(missing_ok=True)
        os.close(found)


def _lock(path: Path) -> int | None:
    """Open and lock a file; None when there is none, or somebody else holds it."""
    try:
        found = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(found)
        return None
    return found


def _write(file: int, text: str) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, text.encode(), 0)
