"""Reading and writing the files of the folder: no link is followed, nothing is half there.

A file is written under another name, brought to the disk, and renamed. The manifest comes last and
is taken away first, so a folder whose export was cut off has none and is not taken.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from marketplace.mirror.layout import (
    FOLDERS,
    INDEX,
    MANIFEST,
    RECALLS,
    ROOT,
    Entry,
    MirrorError,
    is_path,
    most_bytes,
)

_HALF = ".part"


def read_file(folder: Path, path: str) -> bytes:
    """Read one file of a folder, whole.

    Raises:
        MirrorError: `mirror.missing`, `mirror.unfinished` for the manifest, `mirror.link`,
            `mirror.too_large`, `mirror.unreadable`.
    """
    most = most_bytes(path)
    handle = _opened(folder, path)
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise MirrorError("link", f"{path} is no plain file.", path=path)
        data = opened.read(most + 1)
    if len(data) > most:
        message = f"{path} has more than {most:,} bytes, which is not taken."
        raise MirrorError("too_large", message, path=path)
    return data


def _opened(folder: Path, path: str) -> int:
    above = (folder / path).parent
    if above != folder and above.is_symlink():
        raise MirrorError("link", f"{above.name} is a link: it is not followed.", path=path)
    try:
        return os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        if path == MANIFEST:
            message = f"{folder} holds no finished export: it has no {MANIFEST}. Export again."
            raise MirrorError("unfinished", message, path=path) from None
        message = f"{path} is missing: the folder was not copied whole. Copy it again."
        raise MirrorError("missing", message, path=path) from None
    except OSError as error:
        if (folder / path).is_symlink():
            raise MirrorError("link", f"{path} is a link: it is not followed.", path=path) from None
        message = f"{path} cannot be read: {error.strerror}."
        raise MirrorError("unreadable", message, path=path) from None


def read_told(folder: Path, path: str, told: Entry) -> bytes:
    """Read a file that the manifest names, and see that it is that one.

    Raises:
        MirrorError: as `read_file`; `mirror.changed`.
    """
    data = read_file(folder, path)
    if len(data) != told.size or sha256(data).hexdigest() != told.sha256:
        message = (
            f"{path} is not what was exported: it was changed, or not copied whole. "
            "Copy the folder again."
        )
        raise MirrorError("changed", message, path=path)
    return data


def is_there(folder: Path, path: str, told: Entry) -> bool:
    """Tell whether a file is there already as it is to be."""
    try:
        read_told(folder, path, told)
    except MirrorError:
        return False
    return True


def write_file(folder: Path, path: str, data: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        MirrorError: `mirror.unwritable`.
    """
    target = folder / path
    half = target.with_name(target.name + _HALF)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        half.replace(target)
        _sync(target.parent)
    except OSError as error:
        message = f"{target} cannot be written: {error.strerror}."
        raise MirrorError("unwritable", message, path=path) from None


def begin(folder: Path) -> None:
    """Make the folder ready: what is in it counts for nothing until the manifest is there again.

    Raises:
        MirrorError: `mirror.unwritable`, `mirror.foreign` for a folder of other things.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = {MANIFEST, ROOT, INDEX, RECALLS, *FOLDERS}
        known |= {one + _HALF for one in known}
        foreign = [
            one.name for one in folder.iterdir() if one.is_symlink() or one.name not in known
        ]
        if foreign:
            named = min(foreign)
            message = f"{folder} holds {named}, which no export does: choose an empty folder."
            raise MirrorError("foreign", message)
        (folder / MANIFEST).unlink(missing_ok=True)
        _sync(folder)
    except OSError as error:
        raise MirrorError("unwritable", f"{folder}: {error.strerror}.") from None


def clear_others(folder: Path, kept: Collection[str]) -> int:
    """Remove files of exports before that are not in this one; say how many."""
    gone = 0
    for file in [*folder.iterdir(), *(one for name in FOLDERS for one in _inside(folder / name))]:
        path = file.relative_to(folder).as_posix()
        if path not in kept and is_path(path.removesuffix(_HALF)) and not file.is_dir():
            file.unlink()
            gone += 1
    for name in FOLDERS:
        with suppress(OSError):  # it is not there, or not empty
            (folder / name).rmdir()
    return gone


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
