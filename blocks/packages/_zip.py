"""ZIP archives read with suspicion: to memory, in one pass over what the directory names.

Only what an honest packer writes is taken: entries that lie end to end from the first byte, each
told alike in front of its content and in the directory, nothing before, between or behind. What
other readers disagree about (data descriptors, extra fields, ZIP64, comments) is refused, so that
no two of them can see two different packages. The layout is that of PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from kernel.errors import InvalidError, Problem

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_ENCRYPTED, _DESCRIPTOR, _STRONG, _MASKED, _UTF8 = 0x1, 0x8, 0x40, 0x2000, 0x800
_LEVELS = 0x6  # how hard the packer tried; says nothing of the content
_STORED, _DEFLATED = 0, 8
_ZIP64 = (0xFFFF, 0xFFFF_FFFF)


class ArchiveError(InvalidError):
    """An archive is not what an honest packer writes; its code says in which way."""

    def __init__(self, code: str, message: str, *, name: str = "") -> None:
        told = f"{name!r} is refused: {message}" if name else message
        super().__init__(told, problems=[Problem(f"/{name}" if name else "", told)])
        self.code = f"archive.{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of an archive is read before it is refused.

    Attributes:
        files: How many there may be.
        file_bytes: How large each may be, unpacked.
        total_bytes: How large they may be together, unpacked.
        deflated: Whether files may be compressed.
    """

    files: int
    file_bytes: int
    total_bytes: int
    deflated: bool = False


class _Entry(NamedTuple):
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


def read_zip(data: bytes, limits: Limits) -> list[tuple[str, bytes]]:
    """Read an archive's files in the order they lie in it; names are not judged here.

    Raises:
        ArchiveError: `archive.damaged`, `.trailing`, `.zip64`, `.too_many`, `.too_large`,
            `.encrypted`, `.compressed`, `.descriptor`, `.special`, `.setuid`, `.mismatch`,
            `.overlap`, `.prefix`, `.checksum`.
    """
    entries, directory = _directory(data, limits)
    files = []
    at = 0
    for entry in entries:
        if entry.offset != at:
            _refuse_place(at, entry)
        start = _content_start(data, entry)
        at = start + entry.packed
        if at > directory:
            raise ArchiveError("overlap", "it reaches into the directory", name=entry.name)
        files.append((entry.name, _content(data[start:at], entry)))
    if at != directory:
        raise ArchiveError("overlap", "there is something between the files and their directory")
    return files


def _directory(data: bytes, limits: Limits) -> tuple[list[_Entry], int]:
    """Read the directory; give its entries and where it begins."""
    if len(data) < _END.size:
        raise ArchiveError("damaged", "the archive is cut off, or is none")
    mark, disk, first_disk, here, count, size, start, comment = _END.unpack(data[-_END.size :])
    if mark != b"PK\x05\x06" or comment:
        if b"PK\x05\x06" in data[-(1 << 16) - _END.size :]:
            raise ArchiveError("trailing", "there is something behind the end of the archive")
        raise ArchiveError("damaged", "the archive is cut off, or is none")
    if {here, size, start} & set(_ZIP64) or disk or first_disk:
        raise ArchiveError("zip64", "it is a ZIP64 archive, or one in parts")
    if count > limits.files:
        raise ArchiveError("too_many", f"it has {count:,} files; {limits.files:,} are allowed")
    end = len(data) - _END.size
    if here != count or start + size != end:
        prefix = here == count and start + size < end
        what = "in front of the first file" if prefix else "that the directory does not tell"
        raise ArchiveError("prefix" if prefix else "mismatch", f"there is something {what}")
    return _entries(data, start, end, count=count, limits=limits), start


def _entries(data: bytes, start: int, end: int, *, count: int, limits: Limits) -> list[_Entry]:
    entries, at, total = [], start, 0
    for _ in range(count):
        entry, at = _central(data, at, end, limits)
        total += entry.size
        if total > limits.total_bytes:
            text = f"unpacked, it has over {limits.total_bytes:,} bytes"
            raise ArchiveError("too_large", text)
        entries.append(entry)
    if at != end:
        raise ArchiveError("mismatch", "its directory is longer than its entries")
    return entries


def _central(data: bytes, at: int, end: int, limits: Limits) -> tuple[_Entry, int]:
    if at + _CENTRAL.size > end:
        raise ArchiveError("damaged", "its directory is cut off")
    found = _CENTRAL.unpack_from(data, at)
    mark, _, _, flags, method, _, _, crc, packed, size, named, extra, comment, disk = found[:14]
    after = at + _CENTRAL.size + named + extra + comment
    if mark != b"PK\x01\x02" or after > end or not named:
        raise ArchiveError("damaged", "its directory cannot be read")
    raw = data[at + _CENTRAL.size : at + _CENTRAL.size + named]
    entry = _Entry(_name(raw, flags), flags, method, crc, packed, size, found[15], found[16])
    if extra or comment or disk or {packed, size, entry.offset} & set(_ZIP64):
        text = "it has fields beside its content (ZIP64, a comment, another name)"
        raise ArchiveError("zip64", text, name=entry.name)
    _check(entry, limits)
    return entry, after


def _name(raw: bytes, flags: int) -> str:
    """Read a name; where it is not ASCII, it must say that it is UTF-8."""
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise ArchiveError("damaged", "a file's name is not UTF-8 or does not say so") from None


def _check(entry: _Entry, limits: Limits) -> None:
    kind = stat.S_IFMT(entry.mode >> 16)
    methods = (_STORED, _DEFLATED) if limits.deflated else (_STORED,)
    for code, wrong, why in (
        ("encrypted", entry.flags & (_ENCRYPTED | _STRONG | _MASKED), "it is encrypted"),
        ("descriptor", entry.flags & _DESCRIPTOR, "its size is told behind its content"),
        ("damaged", entry.flags & ~(_UTF8 | _LEVELS), "it has marks that nobody knows"),
        ("compressed", entry.method not in methods, "it is compressed in a way that is not taken"),
        ("special", kind not in (0, stat.S_IFREG), "it is a link, a folder or no plain file"),
        ("setuid", entry.mode >> 16 & 0o7000, "it would run as somebody else"),
        ("too_large", entry.size > limits.file_bytes, f"it has {entry.size:,} bytes"),
        ("mismatch", entry.method == _STORED and entry.packed != entry.size, "it has two sizes"),
    ):
        if wrong:
            raise ArchiveError(code, why, name=entry.name)


def _refuse_place(at: int, entry: _Entry) -> None:
    if at == 0:
        raise ArchiveError("prefix", "there is something in front of the first file")
    raise ArchiveError("overlap", "it does not begin where the one before ends", name=entry.name)


def _content_start(data: bytes, entry: _Entry) -> int:
    """See that the file tells the same of itself as the directory does."""
    at = entry.offset
    if at + _LOCAL.size > len(data):
        raise ArchiveError("damaged", "it lies behind the end", name=entry.name)
    mark, _, flags, method, _, _, crc, packed, size, named, extra = _LOCAL.unpack_from(data, at)
    start = at + _LOCAL.size + named
    raw = data[at + _LOCAL.size : start]
    if mark != b"PK\x03\x04":
        raise ArchiveError("overlap", "no file begins where it should", name=entry.name)
    if extra:
        raise ArchiveError("zip64", "it has fields beside its content", name=entry.name)
    told = (flags, method, crc, packed, size, raw)
    text = entry.name.encode()
    if told != (entry.flags, entry.method, entry.crc, entry.packed, entry.size, text):
        raise ArchiveError("mismatch", "the directory tells otherwise", name=entry.name)
    return int(start)


def _content(packed: bytes, entry: _Entry) -> bytes:
    content = packed
    if entry.method == _DEFLATED:
        content = _inflated(packed, entry)
    if zlib.crc32(content) != entry.crc or len(content) != entry.size:
        raise ArchiveError("checksum", "its content is damaged", name=entry.name)
    return content


def _inflated(packed: bytes, entry: _Entry) -> bytes:
    """Unpack no more than was announced, however much there would be."""
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = reader.decompress(packed, entry.size + 1)
    except zlib.error:
        raise ArchiveError("checksum", "its content is damaged", name=entry.name) from None
    if len(content) > entry.size or not reader.eof or reader.unused_data:
        raise ArchiveError("mismatch", "it unpacks to more than it says", name=entry.name)
    return content
