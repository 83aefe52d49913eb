"""Copies of the embedded database, by SQLite's online backup interface (sqlite.org/backup.html).

One step copies all pages as of one moment, under a read lock: in WAL mode nobody who writes waits
for it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from garland.backup.manifest import BackupError

_WAIT_S = 30
BESIDE = ("-wal", "-shm", "-journal")


def copy(database: Path, target: Path) -> str:
    """Copy the database as it is now, check the copy, and give the migration it is at.

    Raises:
        BackupError: if there is none, it cannot be read, or the copy is not sound.
    """
    if not database.is_file():
        raise BackupError(f"There is no database at {database}: nothing to back up.")
    try:
        with (
            closing(_opened(database)) as source,
            closing(sqlite3.connect(target, isolation_level=None)) as copied,
        ):
            source.backup(copied)
            copied.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be copied: {error}.") from None
    return check(target)


def check(database: Path) -> str:
    """Look whether a database is sound, and give the migration it is at.

    Raises:
        BackupError: if it is not, or is no database of Garland.
    """
    try:
        with closing(_opened(database)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            (head,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise BackupError(f"The copy of the database is not sound: {error}.") from None
    if found != "ok":
        raise BackupError(f"The copy of the database is not sound: {found}.")
    return str(head)


def has_content(database: Path) -> bool:
    """Tell whether a database holds any organisation or person."""
    if not database.is_file():
        return False
    with closing(_opened(database)) as connection:
        for table in ("organisation", "person"):
            with suppress(sqlite3.OperationalError):  # no such table: it was never migrated
                if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608
                    return True
    return False


def is_in_use(database: Path) -> bool:
    """Tell whether another process has it open: its log can be closed by the last one alone."""
    if not database.is_file():
        return False
    with closing(sqlite3.connect(database, timeout=0.2, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
    return False


def _opened(database: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(database))}?mode=rw"  # read alone could not open its log
    return sqlite3.connect(address, uri=True, timeout=_WAIT_S)
