"""The end of a restore, which is all or nothing whatever kills it.

A restore lays everything ready in a folder of its own and changes nothing else. Then it is decided
in one step: on SQLite by writing the plan of what is moved where, on PostgreSQL by the commit that
carries the restore's id. What follows is moves that can be repeated. Every process of Garland
settles first what it finds: it carries a decided restore out, and drops one that was not.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from garland.backup import _postgresql
from garland.backup.manifest import BackupError
from garland.settings import RESTORE_FOLDER
from kernel.errors import ConflictError

_LOCK, _PLAN = "restore.lock", "plan.json"


def folder_of(data_dir: Path) -> Path:
    """Name the folder where a restore is laid ready."""
    return data_dir / RESTORE_FOLDER


def settle(data_dir: Path, database_url: str) -> bool:
    """Carry out a restore that was decided, or drop one that was not; tell if one was carried out.

    Raises:
        ConflictError: if it is under way in another process.
        BackupError: if the database that knows whether it was decided does not answer.
    """
    if not folder_of(data_dir).exists():
        return False
    with restoring(data_dir):
        return _settle_alone(data_dir, database_url)


@contextmanager
def restoring(data_dir: Path) -> Iterator[None]:
    """Be the only one who restores into a data folder.

    Raises:
        ConflictError: if another process does.
    """
    with (data_dir / _LOCK).open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                f"A backup is being restored into {data_dir}: wait until that is done."
            ) from None
        yield


def decide(data_dir: Path, *, moves: Mapping[str, str], drops: list[str], awaits: str = "") -> None:
    """Write down what a restore moves where; from here on it is carried out.

    Args:
        data_dir: The data folder.
        moves: Files and folders, from where to where; whole paths, on one file system each.
        drops: What goes first.
        awaits: On PostgreSQL, the id that the database has to tell for the plan to hold.
    """
    plan = {"moves": dict(moves), "drops": drops, "awaits": awaits}
    fresh = folder_of(data_dir) / (_PLAN + ".new")
    with fresh.open("w", encoding="utf-8") as written:
        json.dump(plan, written)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(fresh.with_name(_PLAN))
    keep_names(fresh.parent)


def keep_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def carry_out(data_dir: Path) -> None:
    """Do what was decided; what was done of it before is not done again."""
    folder = folder_of(data_dir)
    plan = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    for name in plan["drops"]:
        _drop(Path(name))
    for source, target in plan["moves"].items():
        _move(Path(source), Path(target))
    (folder / _PLAN).unlink()
    shutil.rmtree(folder)


def carry(source: Path, target: Path) -> None:
    """Move a file to a name beside its later place, also from another file system."""
    try:
        source.rename(target)
    except OSError:
        with source.open("rb") as read, target.open("wb") as written:
            shutil.copyfileobj(read, written)
            written.flush()
            os.fsync(written.fileno())
    keep_names(target.parent)


def drop(data_dir: Path, *, beside: Path | None = None) -> None:
    """Drop what was laid ready and not decided."""
    if beside is not None:
        beside.unlink(missing_ok=True)
    shutil.rmtree(folder_of(data_dir), ignore_errors=True)


def beside(database: Path) -> Path:
    """Name where an embedded database is laid ready: on its own file system."""
    return database.with_name(database.name + ".restoring")


def embedded_file(database_url: str) -> Path | None:
    """Give the file of an embedded database; None for a server's."""
    if not database_url.startswith("sqlite"):
        return None
    place = database_url.partition(":///")[2].partition("?")[0]
    if not place or place == ":memory:":
        raise BackupError("A database in memory can be neither backed up nor restored.")
    return Path(place)


def _settle_alone(data_dir: Path, database_url: str) -> bool:
    plan = folder_of(data_dir) / _PLAN
    if plan.exists() and _holds(json.loads(plan.read_text(encoding="utf-8")), database_url):
        carry_out(data_dir)
        return True
    file = embedded_file(database_url)
    drop(data_dir, beside=beside(file) if file is not None else None)
    return False


def _holds(plan: Mapping[str, str], database_url: str) -> bool:
    awaits = plan["awaits"]
    return not awaits or _postgresql.restored_from(database_url) == awaits


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return  # it was moved before
    if target.is_dir():
        shutil.rmtree(target)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.replace(target)
    keep_names(target.parent)
