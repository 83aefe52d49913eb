"""A real PostgreSQL server for a test session, from Debian's programs, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.places import quickest_place

SERVER_USER = "postgres"
SHORT = Path("/tmp")  # noqa: S108  a socket needs a short path; mkdtemp makes the folder inside
QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"
"""Nothing in a test's server has to outlive a crash of the machine."""


def find_programs() -> Path | None:
    """Find the newest PostgreSQL server programs of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", SERVER_USER, "--", *command] if os.geteuid() == 0 else command


@contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[str]:
    """Start a server on a socket; yields the URL of its maintenance database.

    A durable one keeps its settings and its files on disk, as an installation's: for benchmarks.
    """
    programs = find_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: `make test` installs it")
    place = SHORT if is_durable else quickest_place()
    folder = Path(tempfile.mkdtemp(prefix="garland-pg-", dir=place))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, SERVER_USER)
        data = folder / "data"
        init = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "garland", "-N"]
        subprocess.run(_as_server_user(init), check=True, capture_output=True, cwd="/")
        quick = "" if is_durable else QUICK
        options = f"-k {folder} -c listen_addresses='' {quick} -c max_connections=200"
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
        start = [*control, "-o", options, "-l", str(folder / "log"), "start"]
        subprocess.run(_as_server_user(start), check=True, cwd="/", stdout=subprocess.DEVNULL)
        try:
            yield f"postgresql+psycopg://garland@/postgres?host={folder}"
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(_as_server_user(stop), check=True, capture_output=True, cwd="/")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
