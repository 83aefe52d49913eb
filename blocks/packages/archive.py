"""The file a package travels as (`.gblk`): written one way only, so that it can be read safely.

It is a ZIP whose files are stored as they are, in the order of their names, with one fixed date and
no more. What would be written otherwise than `write_archive` does is refused, to the byte.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable, Mapping

from blocks.packages._zip import ArchiveError, Limits, read_zip
from blocks.packages.contents import why_refused_content
from blocks.packages.names import folded, why_refused
from kernel.errors import InvalidError, Problem

__all__ = ["ARCHIVE_MAX_BYTES", "ArchiveError", "check_files", "read_archive", "write_archive"]

ARCHIVE_MAX_BYTES = 32 * 1024 * 1024
FILE_MAX_BYTES = 16 * 1024 * 1024
FILES_MAX = 2_000
_LIMITS = Limits(files=FILES_MAX, file_bytes=FILE_MAX_BYTES, total_bytes=ARCHIVE_MAX_BYTES)
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Write a package: the same files give the same bytes, on every machine.

    Raises:
        InvalidError: a name, a size or a content is not allowed; problems say which.
    """
    if len(files) > FILES_MAX:
        told = f"the package has {len(files):,} files; {FILES_MAX:,} are allowed"
        raise ArchiveError("too_many", told)
    problems = [
        Problem(f"/{name}", f"{name!r} has {len(content):,} bytes; {FILE_MAX_BYTES:,} are allowed")
        for name, content in files.items()
        if len(content) > FILE_MAX_BYTES
    ]
    if problems:
        raise InvalidError("the package cannot be packed", problems=problems)
    check_files(files.items())
    written = _written(files)
    _check_size(written)
    return written


def read_archive(data: bytes) -> dict[str, bytes]:
    """Read a package to memory; nothing is written anywhere.

    Raises:
        ArchiveError: it is not what `write_archive` writes: one of the codes of `read_zip`, or
            `archive.name`, `.twice`, `.content`, `.order`.
    """
    _check_size(data)
    found = read_zip(data, _LIMITS)
    check_files(found)
    files = dict(found)
    if _written(files) != data:
        told = "it is written in another way: pack it with `garland block pack`"
        raise ArchiveError("order", told)
    return files


def check_files(found: Iterable[tuple[str, bytes]]) -> None:
    """See that names and contents are such as a package may have.

    Raises:
        ArchiveError: `archive.name`, `archive.twice`, `archive.content`.
    """
    seen: dict[str, str] = {}
    for name, content in found:
        if why := why_refused(name):
            raise ArchiveError("name", why, name=name)
        other = seen.get(folded(name))
        if other is not None:
            told = "it is there twice" if other == name else f"some machine takes it for {other!r}"
            raise ArchiveError("twice", told, name=name)
        seen[folded(name)] = name
        if why := why_refused_content(name, content):
            raise ArchiveError("content", why, name=name)


def _check_size(data: bytes) -> None:
    if len(data) > ARCHIVE_MAX_BYTES:
        told = f"the package has {len(data):,} bytes; {ARCHIVE_MAX_BYTES:,} (32 MB) are allowed"
        raise ArchiveError("too_large", told)


def _written(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = _MODE
            info.create_system = _UNIX
            made.writestr(info, files[name])
    return target.getvalue()
