"""Who may write to SQLite next: a queue in each process, quick asking beyond it, and courtesy.

SQLite has one writer at a time. Left to itself, whoever finds it taken sleeps, longer each time up
to a tenth of a second, so that those who come later find the gap, and one that waits may wait for
seconds while short transactions follow each other. Here the threads of a process queue for a lock
that wakes the next at once, and the one whose turn it is asks SQLite every millisecond.

Whoever writes much in one go can be patient: it asks now and then whether others wait, in any
process, then makes an end and lets them go first. Those who wait hold a shared lock on a file
beside the database, which goes with its process; patient ones hold none, or two of them would
hurry each other.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, event

READ_ONLY = "garland_read_only"
PATIENT = "garland_patient"
PATIENCE_S = 0.02
ASK_FOR_MS = 2  # SQLite sleeps one millisecond, then another, and gives up
_HELD, _TURNS = "garland.turn", "garland.turns"
_NO_FILE = -1


class Turns:
    """The turns of one process at one database."""

    def __init__(self, database: str | None) -> None:
        self._turn = Lock()
        self._waiting = 0
        self._mutex = Lock()
        self._said = self._asked = _NO_FILE
        if database and database != ":memory:":
            place = Path(database).absolute()
            path = place.with_name(place.name + "-waiting")
            self._said, self._asked = _open(self, path), _open(self, path)

    def take(self, connection: Any, *, timeout_s: float, is_patient: bool) -> bool:
        """Begin a transaction that writes, or give False when it is not our turn in time."""
        driver = connection.connection.driver_connection
        if is_patient and self._begin_when_nobody_waits(driver, timeout_s=timeout_s):
            connection.info[_HELD] = self._turn
            return True
        if not self._turn.acquire(timeout=timeout_s):
            return False
        connection.info[_HELD] = self._turn
        return _begin(driver, time.monotonic() + timeout_s, timeout_s=timeout_s)

    @contextmanager
    def waiting(self, *, is_patient: bool) -> Iterator[None]:
        """Say that somebody waits."""
        if is_patient or self._said == _NO_FILE:
            yield
            return
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def others_wait(self) -> bool:
        """Tell whether somebody waits who is not patient, in any process."""
        if self._asked == _NO_FILE:
            return False
        try:
            fcntl.flock(self._asked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._asked, fcntl.LOCK_UN)
        return False

    def _begin_when_nobody_waits(self, driver: sqlite3.Connection, *, timeout_s: float) -> bool:
        """Ask only while nobody else waits; False when somebody always did.

        A patient one that asked like the others would win against them half the time, and they
        would wait for two long batches instead of the end of one. It holds the process's turn only
        while it asks: those who wait may be threads of its own process.
        """
        ends = time.monotonic() + PATIENCE_S
        with _busy_timeout(driver, 0, then_ms=timeout_s * 1000):
            while time.monotonic() < ends:
                if not self.others_wait() and self._turn.acquire(blocking=False):
                    has_begun = False
                    try:
                        has_begun = _begins(driver)
                    finally:
                        if not has_begun:
                            self._turn.release()
                    if has_begun:
                        return True
                time.sleep(0.001)
        return False

    def _count(self, number: int) -> None:
        with self._mutex:
            before, self._waiting = self._waiting, self._waiting + number
            if not before:
                fcntl.flock(self._said, fcntl.LOCK_SH)
            elif not self._waiting:
                fcntl.flock(self._said, fcntl.LOCK_UN)


def take_turns(engine: Engine, *, timeout_s: float) -> None:
    """Let transactions of an engine on SQLite begin in turn; those that only read never wait.

    A transaction takes the write lock at its start: one that read first and then writes would meet
    "database is locked" with no wait.
    """
    turns = Turns(engine.url.database)

    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get(READ_ONLY, False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.info[_TURNS] = turns
        try:
            is_patient = options.get(PATIENT, False)
            with turns.waiting(is_patient=is_patient):
                if not turns.take(connection, timeout_s=timeout_s, is_patient=is_patient):
                    connection.exec_driver_sql("BEGIN IMMEDIATE")  # says that it is locked
        except BaseException:
            pass_on(connection)
            raise

    def pass_on(connection: Any) -> None:
        held = connection.info.pop(_HELD, None)
        if held is not None:
            held.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", pass_on)
    event.listen(engine, "rollback", pass_on)


def _open(owner: Turns, path: Path) -> int:
    """Open the file once more: two locks of one process are told apart by that."""
    found = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    weakref.finalize(owner, os.close, found)
    return found


def others_wait(connection: Connection) -> bool:
    """Tell whether others wait for the end of this transaction; never so on PostgreSQL."""
    turns: Turns | None = connection.info.get(_TURNS)
    return turns is not None and turns.others_wait()


def _begin(driver: sqlite3.Connection, ends: float, *, timeout_s: float) -> bool:
    with _busy_timeout(driver, ASK_FOR_MS, then_ms=timeout_s * 1000):
        while time.monotonic() < ends:
            if _begins(driver):
                return True
    return False


def _begins(driver: sqlite3.Connection) -> bool:
    """Begin to write, or give False when somebody else does."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


@contextmanager
def _busy_timeout(driver: sqlite3.Connection, during_ms: int, *, then_ms: float) -> Iterator[None]:
    driver.execute(f"PRAGMA busy_timeout={during_ms}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={then_ms:.0f}")
