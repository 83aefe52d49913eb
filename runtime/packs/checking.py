"""Does all that a pack brings along fit, one by one and together?

Workflows are checked as when they are published, against Garland's blocks and the pack's own; what
they call, look up or start by name must be in the pack. Nothing of an installation is asked. Trap
entries are checked where the catalogue is (`runtime.alarms.sources.snmp.packs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks.manifest import manifest_problems, parse_manifest
from blocks.packs import DataFile, Pack, PackError, data_files, read_pack, text_files
from blocks.registry import Block, Registry, standard_registry
from blocks.sdk import Context, Outcome
from kernel.errors import GarlandError, InvalidError, MalformedError, Problem
from kernel.ids import slugify
from kernel.json_text import read_json
from kernel.schema import Schema
from runtime.alarms.sources.mapping import check_mapping
from runtime.flows.problems import Known, Versions
from runtime.flows.validate import check_flow
from runtime.inventory.lookups.store import CELL_MAX, COLUMN_MAX, COLUMNS_MAX, ROWS_MAX, read_csv
from runtime.rules.model import check_rule
from runtime.rules.tables.model import check_table

BLOCK_FILE = "block.json"
_KEY_MAX = 300  # as long as a look-up table takes it
_TABLE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "rows"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 80},
            "columns": {
                "type": "array",
                "minItems": 1,
                "maxItems": COLUMNS_MAX,
                "uniqueItems": True,
                "items": {"type": "string", "minLength": 1, "maxLength": COLUMN_MAX},
            },
            "rows": {
                "type": "object",
                "maxProperties": ROWS_MAX,
                "propertyNames": {"minLength": 1, "maxLength": _KEY_MAX},
                "additionalProperties": {
                    "type": "object",
                    "maxProperties": COLUMNS_MAX,
                    "propertyNames": {"minLength": 1, "maxLength": COLUMN_MAX},
                    "additionalProperties": {
                        "type": ["string", "number", "boolean", "null"],
                        "maxLength": CELL_MAX,
                    },
                },
            },
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a pack brings along beside trap entries, each kind's files in order."""

    pack: Pack
    blocks: tuple[Block, ...]
    flows: tuple[DataFile, ...]
    rules: tuple[DataFile, ...]
    decisions: tuple[DataFile, ...]
    mappings: tuple[DataFile, ...]
    tables: tuple[DataFile, ...]

    def counts(self) -> dict[str, int]:
        """Say how many of each kind there are, those of which there are none left out."""
        found = {
            "blocks": len(self.blocks),
            "workflows": len(self.flows),
            "rules": len(self.rules),
            "decision tables": len(self.decisions),
            "source mappings": len(self.mappings),
            "look-up tables": len(self.tables),
        }
        return {name: count for name, count in found.items() if count}


def check_contents(folder: Path) -> Contents:
    """Read and check a pack's folder.

    Raises:
        PackError: with every problem, each beginning with its file.
    """
    pack = read_pack(folder)
    problems: list[Problem] = []
    blocks = tuple(_blocks(pack, problems))
    contents = Contents(
        pack=pack,
        blocks=blocks,
        flows=tuple(data_files(pack, "flows")),
        rules=tuple(data_files(pack, "rules")),
        decisions=tuple(data_files(pack, "decisions")),
        mappings=tuple(data_files(pack, "mappings")),
        tables=tuple(_tables(pack, problems)),
    )
    problems += _problems(contents)
    if problems:
        raise PackError("the pack cannot be used so", problems=problems)
    return contents


def _blocks(pack: Pack, problems: list[Problem]) -> Iterator[Block]:
    """Read the manifests of the pack's blocks; no code of theirs is run."""
    where = pack.folder / "blocks"
    for folder in sorted(one for one in where.iterdir() if one.is_dir()) if where.is_dir() else ():
        name = f"blocks/{folder.name}/{BLOCK_FILE}"
        try:
            document = read_json((folder / BLOCK_FILE).read_bytes(), what=BLOCK_FILE)
        except (OSError, MalformedError) as error:
            problems.append(Problem(f"/{name}", f"{name}: it cannot be read: {error}"))
            continue
        found = manifest_problems(document) or _foreign(document, pack)
        problems += _told(name, found)
        if not found:
            yield Block(manifest=parse_manifest(document), run=_never, folder=folder)


def _foreign(document: Mapping[str, Any], pack: Pack) -> list[Problem]:
    """Refuse a block of somebody else's: who signs the pack vouches for it."""
    if document["publisher"] == pack.publisher:
        return []
    told = f"publisher must be {pack.publisher}, as of the pack: a pack holds blocks of its own"
    return [Problem("/publisher", told)]


def _tables(pack: Pack, problems: list[Problem]) -> Iterator[DataFile]:
    """Read look-up tables: JSON, and CSV that is named by its file."""
    yield from data_files(pack, "tables")
    for name, content in text_files(pack, "tables", "csv"):
        try:
            columns, rows = read_csv(content)
        except InvalidError as error:
            problems += _told(name, list(error.problems))
            continue
        yield DataFile(name, {"name": Path(name).stem, "columns": columns, "rows": rows})


def _never(_: Context) -> Outcome:
    raise NotImplementedError("a block that is only checked does not run")


def _problems(contents: Contents) -> Iterator[Problem]:
    known = _known(contents)
    slugs = frozenset(known.flows or ())
    registry = Registry([*standard_registry().each(), *contents.blocks])
    checks: list[tuple[tuple[DataFile, ...], Callable[[Any], list[Problem]]]] = [
        (contents.flows, lambda one: _flow_problems(one, registry, known)),
        (contents.rules, lambda one: check_rule(one, slugs)),
        (contents.decisions, lambda one: check_table(one, slugs)),
        (contents.mappings, _mapping_problems),
        (contents.tables, _TABLE.problems),
    ]
    for files, check in checks:
        for file in files:
            yield from _told(file.name, check(file.document))
    yield from _twice(contents)


def _flow_problems(document: Any, registry: Registry, known: Known) -> list[Problem]:
    found = check_flow(document, registry, known)
    return [Problem(one.pointer, one.message) for one in found if one.severity == "error"]


def _mapping_problems(document: Any) -> list[Problem]:
    try:
        check_mapping(document)
    except InvalidError as error:
        return list(error.problems) or [Problem("", error.message)]
    except GarlandError as error:
        return [Problem("", error.message)]
    return []


def _known(contents: Contents) -> Known:
    """Say what workflows of the pack may name: what is in it."""
    live = Versions(live=1, numbers=frozenset({1}))
    return Known(
        flows={slugify(name): live for name in map(_name_of, contents.flows) if name},
        calendars=frozenset(),
        tables={},
        lookups=frozenset(filter(None, map(_name_of, contents.tables))),
    )


def _name_of(file: DataFile) -> str:
    name = file.document.get("name") if isinstance(file.document, Mapping) else None
    return name if isinstance(name, str) else ""


def _twice(contents: Contents) -> Iterator[Problem]:
    """Yield what the pack brings along twice under one name."""
    kinds = (contents.flows, contents.rules, contents.decisions, contents.tables)
    for files in kinds:
        seen: dict[str, str] = {}
        for file in files:
            name = slugify(_name_of(file))
            first = seen.setdefault(name, file.name)
            if first != file.name:
                yield from _told(file.name, [Problem("/name", f"{first} has this name already")])


def _told(file: str, problems: list[Problem]) -> list[Problem]:
    return [Problem(f"/{file}{one.pointer}", f"{file}: {one.message}") for one in problems]
