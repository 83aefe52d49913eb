"""The process that writes one export, and who starts it: the scheduler that leads."""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy.orm import Session, sessionmaker

from garland.moving import made_here
from garland.release import version
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from runtime.archives.store import PIECES_AT_ONCE, remove_expired
from runtime.archives.writing import Writer, has_archive_to_write
from tenancy.scope import system


class ArchiveStarter:
    """Starts the process while an export waits and none is written; lets old files go."""

    def __init__(self, sessions: sessionmaker[Session], reading: sessionmaker[Session]) -> None:
        self._sessions, self._reading = sessions, reading
        self._process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start the process where one is needed."""
        if self._process is not None and self._process.poll() is None:
            return
        with self._reading() as session, system(session):
            wanted = has_archive_to_write(session, now=utc_now())
        if wanted:
            self._process = subprocess.Popen([sys.executable, "-m", "garland", "export-next"])

    def clear(self) -> None:
        """Let go of files whose time is over."""
        gone = PIECES_AT_ONCE
        while gone == PIECES_AT_ONCE:
            with self._sessions.begin() as session, system(session):
                gone = remove_expired(session, now=utc_now())


def main(settings: Settings) -> None:
    """Write the export that waits for longest; leave it when who started us ends."""
    services, parent = Services(settings), os.getppid()
    Writer(
        sessions=services.sessions,
        reading=services.reading,
        vault=services.vault,
        made=made_here(settings, version()),
        goes_on=lambda: os.getppid() == parent,
    ).write_next()
