"""A package's files on this machine: unpacked once from the database, checked, never changed.

The database keeps the bytes, so any machine can make the folder anew. A folder appears under its
name only when it is complete, so that a process which dies half way leaves nothing to believe in.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from blocks.packages.archive import read_archive
from blocks.packages.listing import SIGNATURES, digest_of, write_listing
from kernel.errors import ConflictError

_KIND = "sha256:"
_NAME = re.compile(r"[0-9a-f]{64}")


class DamagedPackageError(ConflictError):
    """What is kept of a package is not what its digest says."""

    code = "block.package_damaged"


def unpacked(root: Path, digest: str, read: Callable[[], bytes]) -> Path:
    """Give the folder of a package, unpacked now where it is not there yet.

    Raises:
        DamagedPackageError: the kept bytes are another package's; nothing is unpacked.
    """
    folder = root / digest.removeprefix(_KIND)
    if folder.is_dir():
        return folder
    files = read_archive(read())
    if digest_of(write_listing(files)) != digest:
        raise DamagedPackageError(
            "what is kept of a package is not what was installed: install it again", digest=digest
        )
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    try:
        for name, content in files.items():
            if name != SIGNATURES:
                _write(made / name, content)
        _close(made)
        _put(made, folder)
    finally:
        if made.exists():
            open_folder(made)
            shutil.rmtree(made)
    return folder


def digest_of_folder(path: Path) -> str:
    """Give which package a folder was unpacked of, by its name; "" for any other."""
    return _KIND + path.name if _NAME.fullmatch(path.name) else ""


def open_folder(folder: Path) -> None:
    """Let what was unpacked be removed."""
    for inside, _, _ in os.walk(folder):
        Path(inside).chmod(0o755)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o444)


def _close(folder: Path) -> None:
    for inside, _, _ in os.walk(folder, topdown=False):
        if Path(inside) != folder:
            Path(inside).chmod(0o555)


def _put(made: Path, folder: Path) -> None:
    """Name it; where another process was quicker, its folder is the same."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    else:
        folder.chmod(0o555)
