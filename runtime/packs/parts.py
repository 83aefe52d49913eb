"""What a pack brings, part by part: read from its files, checked whole, in the order it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from blocks.installs.fitness import checked_block
from blocks.manifest import Manifest
from blocks.packages.archive import write_archive
from blocks.packages.package import Package, read_package
from blocks.packs import DataFile, PackError
from kernel.errors import GarlandError, InvalidError, Problem
from kernel.json_text import read_json
from runtime.alarms.sources.snmp.entries import UPLOAD_MAX
from runtime.alarms.sources.snmp.layers import garlands
from runtime.alarms.sources.snmp.packs import KIND as TRAPS
from runtime.alarms.sources.snmp.packs import with_pack
from runtime.packs._tables import TITLE_MAX
from runtime.packs.checking import Contents, check_contents

BLOCK, WORKFLOW, RULE, DECISION = "block", "workflow", "rule", "decision table"
TABLE, MAPPING, TRAP_ENTRIES = "look-up table", "source mapping", "trap entries"
_BLOCK_FILE = re.compile(r"blocks/[^/]+/block\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that a pack brings.

    Attributes:
        file: Its name inside the pack: the same part in every version.
        document: What it says, in the form in which what is there is read; see `kinds`.
        manifest: Of a block: its `block.json`.
        archive: Of a block: its package.
    """

    kind: str
    file: str
    title: str
    document: Mapping[str, Any]
    manifest: Mapping[str, Any] | None = None
    archive: bytes = b""


def parts_of(package: Package) -> tuple[Part, ...]:
    """Read and check all that a package of a pack brings; what others lean on comes first.

    Raises:
        PackError: with every problem, each beginning with its file.
    """
    with TemporaryDirectory(prefix="garland-pack-") as place:
        folder = Path(place)
        for name, content in package.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        contents = check_contents(folder)
        entries = with_pack(garlands(), folder)
        traps = {oid: entries.documents[oid] for oid in entries.packs}
    return tuple(_parts(package, contents, traps))


def block_titles(package: Package) -> tuple[str, ...]:
    """Give the titles of the blocks in a pack that was checked before, in their order."""
    files = [one for one in package.files if _BLOCK_FILE.fullmatch(one)]
    return tuple(sorted(read_json(package.files[one], what=one)["title"] for one in files))


def _parts(
    package: Package, contents: Contents, traps: Mapping[str, Mapping[str, Any]]
) -> Iterator[Part]:
    blocks = _block_parts(package)  # a composite is made of others, which come before it
    yield from sorted(blocks, key=lambda one: is_composite(one.document))
    yield from map(_table_part, contents.tables)
    yield from _named(WORKFLOW, contents.flows)
    yield from _named(DECISION, contents.decisions)
    yield from _named(RULE, contents.rules)
    for file in contents.mappings:
        stem = file.name.rpartition("/")[2].removesuffix(".json")
        title = stem.replace("-", " ").replace("_", " ").strip().capitalize()
        yield Part(kind=MAPPING, file=file.name, title=title[:TITLE_MAX], document=file.document)
    if len(traps) > UPLOAD_MAX:
        told = f"{TRAPS}: a pack that is installed may have {UPLOAD_MAX:,} entries: part it"
        raise PackError("the pack cannot be used so", problems=[Problem(f"/{TRAPS}", told)])
    if traps:
        yield Part(kind=TRAP_ENTRIES, file=TRAPS, title="Trap entries", document=traps)


def _named(kind: str, files: Iterable[DataFile]) -> Iterator[Part]:
    for file in files:
        name = file.document["name"].strip()
        document = {**file.document, "name": name}
        yield Part(kind=kind, file=file.name, title=name[:TITLE_MAX], document=document)


def _table_part(file: DataFile) -> Part:
    said, rows = file.document, file.document["rows"]
    columns = said.get("columns") or list(
        dict.fromkeys(name for row in rows.values() for name in row)
    )
    document = {"columns": columns, "rows": rows}
    return Part(kind=TABLE, file=file.name, title=said["name"].strip(), document=document)


def _block_parts(package: Package) -> Iterator[Part]:
    """Pack each block's folder by itself; what is wrong with it is told with its file."""
    names = sorted({one.split("/")[1] for one in package.files if one.startswith("blocks/")})
    for name in names:
        inside = f"blocks/{name}/"
        files = {
            one.removeprefix(inside): content
            for one, content in package.files.items()
            if one.startswith(inside)
        }
        try:
            archive = write_archive(files)
            read = read_package(archive)
            manifest = checked_block(read)
        except InvalidError as error:
            raise _told(inside, error.problems or [Problem("", error.message)]) from None
        except GarlandError as error:
            raise _told(inside, [Problem("", error.message)]) from None
        document = block_document(manifest, read.digest)
        yield Part(
            kind=BLOCK,
            file=inside[:-1],
            title=manifest.title,
            document=document,
            manifest=read.manifest,
            archive=archive,
        )


def block_document(manifest: Manifest, digest: str) -> dict[str, Any]:
    """Say which version of a block it is, and by which package."""
    return {
        "block": manifest.id,
        "version": manifest.version,
        "kind": manifest.kind,
        "digest": digest,
    }


def is_composite(document: Mapping[str, Any]) -> bool:
    """Tell whether such a document is of a block that is made of others."""
    return bool(document.get("kind") == "composite")


def _told(inside: str, problems: Iterable[Problem]) -> PackError:
    found = [
        Problem(f"/{inside[:-1]}{one.pointer}", f"{inside[:-1]}: {one.message}") for one in problems
    ]
    return PackError("the pack cannot be used so", problems=found)
