"""Packs: what an integrator brings along that is data and no code, as a folder.

A pack is a folder with `pack.json` and one folder for each kind of data, such as `traps/`. Dropping
it into the packs folder of an installation is all it takes. What a kind's files say is read by who
uses them (`runtime/alarms/sources/snmp/packs.py`): here they are only found and read as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json
from kernel.schema import Schema

PACK_FILE = "pack.json"
FILE_MAX_BYTES = 4 * 1024 * 1024
FILES_MAX = 200
PACKS_MAX = 200
STANDARD_PACKS = Path(__file__).with_name("standard_packs")
"""The folder of the packs that come with Garland."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack as its `pack.json` tells it; `folder` is where its data lies."""

    id: str
    version: str
    title: str
    summary: str
    publisher: str
    licence: str
    folder: Path


class PackError(InvalidError):
    """A pack cannot be used as it is; each problem's pointer begins with the file it is in."""

    code = "blocks.pack_refused"


class DataFile(NamedTuple):
    """One file of a pack: its name inside it, and what it holds."""

    name: str
    document: Any


def pack_folders(folder: Path) -> list[Path]:
    """List the folders of a packs folder in the order of their names; none where it is not there.

    Those that begin with a dot are somebody's own.

    Raises:
        PackError: there are more than `PACKS_MAX`.
    """
    if not folder.is_dir():
        return []
    found = sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] != ".")
    if len(found) > PACKS_MAX:
        message = f"there may be {PACKS_MAX} packs, and {folder} holds {len(found)}: remove some"
        raise PackError(message, problems=[Problem("", message)])
    return found


def read_pack(folder: Path) -> Pack:
    """Read what a pack says of itself.

    Raises:
        PackError: it has no `pack.json`, or one that does not fit.
    """
    document = _document(folder, folder / PACK_FILE)
    problems = pack_problems(document)
    if problems:
        raise refused_in(PACK_FILE, problems)
    facts = {name: value for name, value in document.items() if name != "pack"}
    return Pack(folder=folder, **facts)


def pack_problems(document: Any) -> list[Problem]:
    """List what keeps a document from being what a pack says of itself; [] when it is that."""
    problems = _shape().problems(document)
    if not problems and not document["id"].startswith(document["publisher"] + "."):
        told = "publisher must be the part of the id before the dot"
        return [Problem("/publisher", told)]
    return problems


def data_files(pack: Pack, kind: str) -> list[DataFile]:
    """Read the JSON files of one kind in the order of their names; none where it has no such.

    Raises:
        PackError: one of them cannot be read, or there are more than `FILES_MAX`.
    """
    found = _files(pack, kind, "json")
    return [DataFile(f"{kind}/{one.name}", _document(pack.folder, one)) for one in found]


def text_files(pack: Pack, kind: str, ending: str) -> list[tuple[str, bytes]]:
    """Read the files of one kind that are no JSON, such as CSV, by name; raises as `data_files`."""
    return [
        (f"{kind}/{one.name}", _content(pack.folder, one)) for one in _files(pack, kind, ending)
    ]


def refused_in(file: str, problems: Sequence[Problem]) -> PackError:
    """Give the refusal of a file, with the file's name before each place and message."""
    told = [Problem(f"/{file}{one.pointer}", f"{file}: {one.message}") for one in problems]
    return PackError("the pack cannot be used so", problems=told)


def _files(pack: Pack, kind: str, ending: str) -> list[Path]:
    where = pack.folder / kind
    if not where.is_dir():
        return []
    found = sorted(one for one in where.glob(f"*.{ending}") if one.is_file())
    if len(found) > FILES_MAX:
        told = f"there may be {FILES_MAX} files, and there are {len(found)}: put some together"
        raise refused_in(kind, [Problem("", told)])
    return found


def _document(folder: Path, file: Path) -> Any:
    try:
        return read_json(_content(folder, file), what="it")
    except MalformedError as error:
        name = file.relative_to(folder).as_posix()
        raise refused_in(name, [Problem("", error.message)]) from None


def _content(folder: Path, file: Path) -> bytes:
    name = file.relative_to(folder).as_posix()
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise refused_in(name, [Problem("", "it leads out of the pack: copy the file in")])
        if file.stat().st_size > FILE_MAX_BYTES:
            most = f"{FILE_MAX_BYTES // 1024**2} MB"
            raise refused_in(name, [Problem("", f"it has over {most}: part it")])
        return file.read_bytes()
    except OSError as error:
        raise refused_in(name, [Problem("", f"it cannot be read: {error.strerror}")]) from None


@cache
def _shape() -> Schema:
    text = Path(__file__).with_name("pack.schema.json").read_text(encoding="utf-8")
    return Schema(json.loads(text))
