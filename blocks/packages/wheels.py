"""The libraries a package brings along: pure wheels, read to memory under the rules of packages.

No installer runs: a pure wheel is a list of files and their hashes (the binary distribution format,
https://packaging.python.org/specifications/binary-distribution-format), and reading that oneself is
less than to trust another program with it. Each version is pinned by the file itself.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from types import MappingProxyType

from blocks.packages._zip import ArchiveError, Limits, read_zip
from blocks.packages.archive import check_files
from blocks.packages.names import WHEELS, folded
from kernel.errors import InvalidError, Problem

__all__ = ["WHEELS", "Wheel", "read_wheel", "read_wheels"]

_LIMITS = Limits(files=5_000, file_bytes=16 << 20, total_bytes=64 << 20, deflated=True)
_NAME = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.]*)-(?P<version>[A-Za-z0-9_.!+]+)"
    r"(?:-\d[^-]*)?-(?P<python>[a-z0-9_.]+)-none-any\.whl"
)
_HASHES = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """One library.

    Attributes:
        name: Of the distribution, normalised.
        version: As it says.
        licence: SPDX expression or free text; "" when it says none.
        sha256: Of the wheel's file.
        files: What it puts where Python looks for modules.
    """

    name: str
    version: str
    licence: str
    sha256: str
    files: Mapping[str, bytes]


class WheelError(InvalidError):
    """A wheel is not one that a package may bring along; problems say why."""

    code = "wheel.refused"

    def __init__(self, name: str, why: str) -> None:
        told = f"{name} cannot be brought along: {why}"
        super().__init__(told, problems=[Problem(f"/{name}", told)])


def read_wheels(files: Mapping[str, bytes]) -> tuple[Wheel, ...]:
    """Read the wheels of a package, and see that no two bring the same file.

    Raises:
        WheelError: one is refused.
    """
    wheels = tuple(read_wheel(name, files[name]) for name in sorted(files) if _is_wheel(name))
    seen: dict[str, str] = {}
    for wheel in wheels:
        for name in wheel.files:
            other = seen.setdefault(folded(name), wheel.name)
            if other != wheel.name:
                raise WheelError(f"{WHEELS}{wheel.name}", f"{other} has {name!r} too")
    return wheels


def read_wheel(name: str, data: bytes) -> Wheel:
    """Read one wheel.

    Raises:
        WheelError: it is not pure, damaged, or holds what a package may not hold.
    """
    named = _NAME.fullmatch(name.removeprefix(WHEELS))
    if named is None:
        raise WheelError(
            name, "its name is not that of a pure wheel, such as idna-3.10-py3-none-any.whl"
        )
    try:
        found = read_zip(data, _LIMITS)
        check_files(found)
    except ArchiveError as error:
        raise WheelError(name, error.message) from None
    files = dict(found)
    info = f"{named['name']}-{named['version']}.dist-info"
    for needed in ("WHEEL", "METADATA", "RECORD"):
        if f"{info}/{needed}" not in files:
            raise WheelError(name, f"{info}/{needed} is missing")
    _check_pure(name, files, info)
    _check_record(name, files, info)
    metadata = HeaderParser().parsestr(files[f"{info}/METADATA"].decode("utf-8", "replace"))
    licence = metadata.get("License-Expression") or metadata.get("License") or ""
    return Wheel(
        name=re.sub(r"[-_.]+", "-", named["name"]).lower(),
        version=named["version"],
        licence=" ".join(str(licence).split())[:80],
        sha256=hashlib.sha256(data).hexdigest(),
        files=MappingProxyType(files),
    )


def _is_wheel(name: str) -> bool:
    return name.startswith(WHEELS) and name.endswith(".whl")


def _check_pure(name: str, files: Mapping[str, bytes], info: str) -> None:
    told = HeaderParser().parsestr(files[f"{info}/WHEEL"].decode("utf-8", "replace"))
    tags = told.get_all("Tag", [])
    if told.get("Root-Is-Purelib", "").lower() != "true" or not tags:
        raise WheelError(name, "it does not say that it is pure (Root-Is-Purelib)")
    if any(not tag.strip().endswith("-none-any") for tag in tags):
        raise WheelError(name, "it is made for certain machines only")
    for one in files:
        top = one.split("/", 1)[0]
        if top.endswith(".data"):
            raise WheelError(name, f"{one!r} would be put outside the library's folder")
        if top.endswith(".dist-info") and top != info:
            raise WheelError(name, f"{one!r} speaks for another library")


def _check_record(name: str, files: Mapping[str, bytes], info: str) -> None:
    """See that RECORD names each file once, with the hash it has."""
    record = f"{info}/RECORD"
    try:
        rows = list(csv.reader(io.StringIO(files[record].decode()), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise WheelError(name, "its RECORD cannot be read") from None
    told = {row[0]: row[1] for row in rows if len(row) == 3}
    if len(told) != len([row for row in rows if row]):
        raise WheelError(name, "its RECORD names a file twice or has other columns")
    unsigned = {record, f"{record}.jws", f"{record}.p7s"}
    others = (set(told) ^ set(files)) - unsigned
    if others:
        raise WheelError(name, f"RECORD and content differ in {min(others)!r}")
    for one, content in files.items():
        if one not in unsigned and not _has_hash(content, told[one]):
            raise WheelError(name, f"{one!r} is not the file that RECORD names")


def _has_hash(content: bytes, told: str) -> bool:
    kind, _, value = told.partition("=")
    if kind not in _HASHES:
        return False
    found = base64.urlsafe_b64encode(hashlib.new(kind, content).digest()).decode().rstrip("=")
    return found == value
