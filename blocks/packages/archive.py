"""The file a package travels as (`.gblk`): written one way only, so that it can be read safely.

It is a ZIP whose files are stored as they are, in the order of their names, with one fixed date and
no more. What would be written otherwise than `write_archive` does is refused: gaps, overlaps, things
in front or behind, two stories about one file.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping

from blocks.packages.names import folded, why_refused
from kernel.errors import InvalidError, Problem

ARCHIVE_MAX_BYTES = 32 * 1024 * 1024
FILE_MAX_BYTES = 16 * 1024 * 1024
FILES_MAX = 2_000
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3
_ENCRYPTED = 0x1


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Write a package: the same files give the same bytes, on every machine.

    Raises:
        InvalidError: a name or a size is not allowed; problems say which.
    """
    _refuse(_problems_of({name: len(content) for name, content in files.items()}))
    return _written(files)


def read_archive(data: bytes) -> dict[str, bytes]:
    """Read a package to memory; nothing is written anywhere.

    Raises:
        InvalidError: it is not what `write_archive` writes; problems say why.
    """
    if len(data) > ARCHIVE_MAX_BYTES:
        size = f"the package has {len(data):,} bytes; {ARCHIVE_MAX_BYTES:,} are allowed"
        _refuse([Problem("", size)])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            found = opened.infolist()
            _refuse(_problems_in(found))
            files = {one.filename: opened.read(one) for one in found}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        _refuse([Problem("", f"the package is damaged or no package: {error}")])
    if _written(files) != data:
        told = "the package holds more than its files: pack it with `garland block pack`"
        _refuse([Problem("", told)])
    return files


def _written(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = _MODE
            info.create_system = _UNIX
            made.writestr(info, files[name])
    return target.getvalue()


def _problems_in(found: list[zipfile.ZipInfo]) -> list[Problem]:
    problems = [
        Problem(f"/{one.filename}", f"{one.filename!r} is refused: {why}")
        for one in found
        if (why := _why_not(one))
    ]
    names = [one.filename for one in found]
    twice = (
        sorted({name for name in names if names.count(name) > 1}) if len(names) <= FILES_MAX else []
    )
    problems += [Problem(f"/{name}", f"{name!r} is there twice") for name in twice]
    return problems + _problems_of({one.filename: one.file_size for one in found})


def _why_not(one: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(one.external_attr >> 16)
    if one.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if one.compress_type != zipfile.ZIP_STORED:
        return "it is compressed: pack it with `garland block pack`"
    if kind not in (0, stat.S_IFREG):
        return "it is a link or no plain file"
    if (one.external_attr >> 16) & (stat.S_ISUID | stat.S_ISGID):
        return "it would run as somebody else"
    return ""


def _problems_of(sizes: Mapping[str, int]) -> list[Problem]:
    if len(sizes) > FILES_MAX:
        return [Problem("", f"the package has {len(sizes):,} files; {FILES_MAX:,} are allowed")]
    problems = [
        Problem(f"/{name}", f"{name!r} is refused: {why}")
        for name in sizes
        if (why := why_refused(name))
    ]
    problems += [
        Problem(f"/{name}", f"{name!r} has {size:,} bytes; {FILE_MAX_BYTES:,} are allowed")
        for name, size in sizes.items()
        if size > FILE_MAX_BYTES
    ]
    seen: dict[str, str] = {}
    for name in sizes:
        other = seen.setdefault(folded(name), name)
        if other != name:
            text = f"{name!r} and {other!r} are the same file on some machines: rename one"
            problems.append(Problem(f"/{name}", text))
    return problems


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidError("the package cannot be used", problems=problems)
