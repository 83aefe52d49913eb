"""Who may write to SQLite next: a queue for the threads of a process, and quick asking beyond it.

SQLite has one writer at a time. Left to itself, whoever finds it taken sleeps, longer each time up
to a tenth of a second, so that those who come later find the gap and one that waits may wait for
seconds while short transactions follow each other. Here the threads of a process queue for a lock
that wakes the next at once, and the one whose turn it is asks SQLite every millisecond.
"""

from __future__ import annotations

import sqlite3
import time
from threading import Lock
from typing import Any

from sqlalchemy import Engine, event

READ_ONLY = "garland_read_only"
ASK_FOR_MS = 2  # SQLite sleeps one millisecond, then another, and gives up
_TURN = "garland.turn"


def take_turns(engine: Engine, *, timeout_s: float) -> None:
    """Let transactions of an engine on SQLite begin in turn; those that only read never wait.

    A transaction takes the write lock at its start: one that read first and then writes would meet
    "database is locked" with no wait.
    """
    turn = Lock()

    def begin(connection: Any) -> None:
        if connection.get_execution_options().get(READ_ONLY, False):
            connection.exec_driver_sql("BEGIN")
            return
        ends = time.monotonic() + timeout_s
        if not turn.acquire(timeout=timeout_s):
            connection.exec_driver_sql(
                "BEGIN IMMEDIATE"
            )  # it may be free by now, or says it is not
            return
        connection.info[_TURN] = turn
        try:
            _ask_until(connection.connection.driver_connection, ends, timeout_s=timeout_s)
            if not connection.connection.driver_connection.in_transaction:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            pass_on(connection)
            raise

    def pass_on(connection: Any) -> None:
        held = connection.info.pop(_TURN, None)
        if held is not None:
            held.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", pass_on)
    event.listen(engine, "rollback", pass_on)


def _ask_until(driver: sqlite3.Connection, ends: float, *, timeout_s: float) -> None:
    """Take the write lock, asking again and again; gives up at the end of the time."""
    driver.execute(f"PRAGMA busy_timeout={ASK_FOR_MS}")
    try:
        while time.monotonic() < ends:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout={timeout_s * 1000:.0f}")
