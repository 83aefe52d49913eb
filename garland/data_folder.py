"""Who holds the data folder: one `garland up` at a time, and the next one is told which.

And where the processes of that one keep their counts while it runs.
"""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from kernel.errors import ConflictError

_LOCK_FILE = "garland.lock"
_METRICS_FOLDER = Path("run", "metrics")


def hold_data_folder(data_dir: Path, *, purpose: str) -> IO[str]:
    """Take the folder for this process until the returned file is closed or the process ends.

    Args:
        data_dir: An existing folder.
        purpose: What to tell the next one who asks, such as an address; one line.

    Raises:
        ConflictError: if another process holds it; the message names that process.
    """
    lock = (data_dir / _LOCK_FILE).open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise ConflictError(
            f"The data folder {data_dir} is in use by {holder}. Stop that one first, "
            "or start with another folder and port: garland up --data DIR --port PORT",
        ) from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()} ({purpose})\n")
    lock.flush()
    return lock


def metrics_folder(data_dir: Path) -> Path:
    """Name the folder where all processes count, so that one of them can tell the sum."""
    return data_dir / _METRICS_FOLDER


def start_counting_anew(data_dir: Path) -> None:
    """Empty that folder: counts are since the start, as everywhere; call it before any process."""
    folder = metrics_folder(data_dir)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
