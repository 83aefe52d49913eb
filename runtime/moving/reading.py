"""Reading an archive that anybody may have made: nothing in it is believed before it was compared.

The names in it are compared with a list and never used as paths; each part is read as a stream,
no further than the manifest says it goes, line by line; what does not fit refuses all of it. What
an archive may cost is bounded by how much it may hold when it is unpacked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  the library's name says nothing

from runtime.moving.digest import Part
from runtime.moving.exporting import ENDING
from runtime.moving.manifest import NAME, SIZE_MAX, ArchiveError, Manifest, read_manifest

LINE_MAX = 64 * 2**20
UNPACKED_MAX = 50 * 2**30
"""So many bytes at most, unless whoever brings it in allows more."""
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is open; `lines_of` compares each part with the manifest as it is read."""

    manifest: Manifest
    _zip: ZipFile

    def lines_of(self, name: str) -> Iterator[bytes]:
        """Give the lines of a part.

        Raises:
            ArchiveError: it is not what the manifest says; at the end at the latest.
        """
        part = self.manifest.parts[name]
        hashed, rows, size = hashlib.sha256(), 0, 0
        with _reading(name), self._zip.open(name + ENDING) as file:
            for line in _lines(file, name):
                hashed.update(line)
                rows, size = rows + 1, size + len(line)
                if rows > part.rows or size > part.size_bytes:
                    raise ArchiveError(
                        f"{name}{ENDING} holds more than {NAME} says: it was changed"
                    )
                yield line
        if Part(rows=rows, size_bytes=size, sha256=hashed.hexdigest()) != part:
            raise ArchiveError(
                f"{name}{ENDING} is not what {NAME} says (its digest differs): the file was "
                "changed or damaged on its way. Copy it again, or take the export anew."
            )

    def check(self) -> None:
        """Read all of it once; raises ArchiveError where anything is not what it should be."""
        for name in self.manifest.parts:
            for _ in self.lines_of(name):
                pass


@contextmanager
def opened_archive(file: IO[bytes], *, unpacked_max: int = UNPACKED_MAX) -> Iterator[Archive]:
    """Open an archive and read what it says of itself.

    Raises:
        ArchiveError: it is no archive of an organisation, or holds what does not belong there.
    """
    with _reading("it"), ZipFile(file) as opened:
        manifest = read_manifest(_manifest_text(opened))
        _check_names(opened, manifest)
        size = sum(part.size_bytes for part in manifest.parts.values())
        if size > unpacked_max:
            raise ArchiveError(
                f"The archive holds {size:,} bytes when it is unpacked, and {unpacked_max:,} are "
                "allowed: allow more with --at-most-gb if you trust where it comes from."
            )
        yield Archive(manifest, opened)


def _manifest_text(opened: ZipFile) -> bytes:
    if opened.namelist().count(NAME) != 1:
        raise ArchiveError(f"This is no archive of an organisation: it has no {NAME}.")
    with opened.open(NAME) as file:
        text = file.read(SIZE_MAX + 1)
    if len(text) > SIZE_MAX:
        raise ArchiveError(f"{NAME} is longer than {SIZE_MAX:,} bytes: it was changed")
    return text


def _check_names(opened: ZipFile, manifest: Manifest) -> None:
    awaited = {NAME, *(name + ENDING for name in manifest.parts)}
    names = opened.namelist()
    for entry in opened.infolist():
        if entry.filename not in awaited:
            raise ArchiveError(f"{entry.filename[:80]!r} does not belong in such an archive")
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveError(
                f"{entry.filename} is encrypted by the zip itself: take it as it was"
            )
    if len(names) != len(awaited):
        missing = sorted(awaited - set(names))
        told = f"lacks {missing[0]}" if missing else "holds a file twice"
        raise ArchiveError(f"The archive {told}: it was changed. Take the export anew.")


def _lines(file: IO[bytes], name: str) -> Iterator[bytes]:
    while line := file.readline(LINE_MAX + 1):
        if len(line) > LINE_MAX:
            raise ArchiveError(f"{name}{ENDING} has a line of more than {LINE_MAX:,} bytes")
        yield line


@contextmanager
def _reading(what: str) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(f"The archive cannot be read ({what}: {error}): copy it again") from None
