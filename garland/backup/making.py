"""Making a backup, while Garland runs.

What was committed before it was asked for is in it, as of one moment. It gets its name only when
it is whole, was read back and lies on the disk; until then it is in a hidden folder beside.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from garland.backup import _postgresql, _sqlite, keys
from garland.backup.archive import part_of, read_archive, write_archive
from garland.backup.last import LastBackup, remember
from garland.backup.manifest import (
    DATABASE_PARTS,
    FORMAT,
    KEYS_PART,
    PACKS,
    BackupError,
    Kind,
    Manifest,
)
from garland.backup.settling import embedded_file, keep_names
from garland.release import version
from garland.settings import Settings
from kernel.errors import ConflictError
from kernel.ids import new_id

SUFFIX = ".garland-backup"
_STAGING = ".garland-backup-making-"
_PATTERN = f"garland-????????T??????Z{SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made, and the older ones that went for it."""

    file: Path
    size_bytes: int
    manifest: Manifest
    gone: tuple[Path, ...]


def make_backup(
    settings: Settings, target: Path, *, passphrase: str, now: datetime, keep: int | None = None
) -> Made:
    """Write a backup of the whole installation.

    Args:
        settings: The installation's.
        target: A file that is not there yet, or a folder, where it is named by the instant.
        passphrase: Seals the keys; "" leaves them out.
        now: The present instant.
        keep: In a folder, how many backups stay, this one included; None for all.

    Raises:
        BackupError: if it cannot be made; then nothing is there that was not before.
        ConflictError: if the file is there already.
    """
    if passphrase:
        keys.check_passphrase(passphrase)
    if keep is not None and not target.is_dir():
        raise BackupError(f"Old backups go from a folder: {target} is none.")
    file = target / named(now) if target.is_dir() else target
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}: make it first.")
    if file.exists():
        raise ConflictError(f"{file} is there already: choose another name, or a folder.")
    _refuse_full_disk(settings, file.parent)
    with _staging(file.parent) as folder:
        manifest = _write(settings, folder, passphrase=passphrase, now=now, backup_id=new_id())
        whole = folder / "whole"
        size_bytes = whole.stat().st_size
        _give_name(whole, file)
    remember(settings.data_dir, LastBackup(made_at=now, file=file, size_bytes=size_bytes))
    gone = _let_go(file, keep) if keep is not None else ()
    return Made(file=file, size_bytes=size_bytes, manifest=manifest, gone=gone)


def named(now: datetime) -> str:
    """Name a backup by its instant, so that names sort as they were made.

    >>> named(datetime(2026, 11, 28, 3, 15, tzinfo=UTC))
    'garland-20261128T031500Z.garland-backup'
    """
    return f"garland-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def _write(
    settings: Settings, folder: Path, *, passphrase: str, now: datetime, backup_id: UUID
) -> Manifest:
    """Write the archive as `whole` in a folder of our own, and read it back."""
    kind: Kind = "sqlite" if settings.is_embedded else "postgresql"
    files = {DATABASE_PARTS[kind]: folder / "database"}
    head = copy_database(settings.database_url, folder / "database")
    if passphrase:
        files[KEYS_PART] = folder / "keys"
        content = keys.seal(_secrets(settings), passphrase=passphrase, backup_id=str(backup_id))
        files[KEYS_PART].write_bytes(content)
    files |= _packs(settings)
    manifest = Manifest(
        format=FORMAT,
        id=str(backup_id),
        made_at=now,
        version=version(),
        database=kind,
        head=head,
        key_prints=tuple(keys.print_of(one) for one in settings.encryption_key_list),
        parts=tuple(part_of(name, file) for name, file in files.items()),
    )
    write_archive(folder / "whole", manifest, files)
    if read_archive(folder / "whole") != manifest:
        raise BackupError("The backup was read back and is another: the disk is not sound.")
    return manifest


def copy_database(database_url: str, target: Path) -> str:
    """Copy the database as of one moment, and give the migration it is at."""
    file = embedded_file(database_url)
    if file is not None:
        return _sqlite.copy(file, target)
    head = _postgresql.dump(database_url, target)
    _postgresql.check(target)
    return head


def _secrets(settings: Settings) -> dict[str, bytes]:
    files = {name: file.read_bytes() for name, file in keys.secret_files(settings.data_dir)}
    return {
        **files,
        keys.SECRET_KEY: settings.secret_key.encode(),
        keys.ENCRYPTION_KEYS: settings.encryption_keys.encode(),
    }


def _packs(settings: Settings) -> dict[str, Path]:
    folder = settings.packs_folder
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {PACKS + file.relative_to(folder).as_posix(): file for file in found}


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Make a hidden folder that goes in any case; first, those that a kill left behind go."""
    for left in folder.glob(f"{_STAGING}*"):
        _remove_if_left(left)
    made = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
    try:
        with (made / "lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_if_left(folder: Path) -> None:
    try:
        with (folder / "lock").open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # another one is being made there right now


def _give_name(whole: Path, file: Path) -> None:
    """Give it its name, unless somebody took that meanwhile."""
    try:
        os.link(whole, file)
    except FileExistsError:
        raise ConflictError(f"{file} was made by somebody else meanwhile.") from None
    except OSError:  # a file system without links, such as FAT or some network's
        whole.rename(file)
    keep_names(file.parent)


def _let_go(newest: Path, keep: int) -> tuple[Path, ...]:
    """Remove the oldest backups of a folder until so many are left; the newest never."""
    others = sorted(one for one in newest.parent.glob(_PATTERN) if one != newest)
    gone = tuple(others[: max(len(others) - (keep - 1), 0)])
    for file in gone:
        file.unlink()
    return gone


def _refuse_full_disk(settings: Settings, folder: Path) -> None:
    """Refuse early where there is no room for a copy of the database and the archive of it."""
    file = embedded_file(settings.database_url)
    if file is None:
        needed = _postgresql.size_bytes(settings.database_url)
    else:
        needed = 2 * file.stat().st_size if file.exists() else 0
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"{folder} has {free // 1024**2} MB free, and a backup may need "
            f"{needed // 1024**2} MB while it is made: make room, or choose another folder."
        )
