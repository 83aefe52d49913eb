"""The blocks that can be used: found in their folders, looked up by id and version.

A block is a folder with `block.json`, `block.py`, an icon and `README.md`. Dropping a folder into
`blocks/standard` is all it takes to add one; nothing in the core names a block. Those that a tenant
installed beside them are in `blocks.installs.registry`.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

from blocks.kinds import code
from blocks.manifest import Manifest, Port, output_ports, parse_manifest
from blocks.pages import Part, parts_of
from blocks.presets import Decided
from blocks.schemas import resolved_schema
from blocks.sdk import Context, Outcome
from blocks.translating import files_in, with_files
from blocks.versions import precedence
from kernel.errors import InvalidError, Problem
from kernel.schema import Schema

__all__ = [
    "Block",
    "Port",
    "Registry",
    "Standing",
    "load_block",
    "output_ports",
    "precedence",
    "standard_registry",
]

STANDARD_FOLDER = Path(__file__).with_name("standard")
_MAKERS = {"code": code.make_run}
"""What carries out the kinds of blocks that have no `block.py`."""


class Standing(Enum):
    """How a block came to be here, and whether it may be used."""

    STANDARD = "standard"
    INSTALLED = "installed"
    IN_DEVELOPMENT = "in development"
    HELD = "held"
    WITHDRAWN = "withdrawn"

    @property
    def starts_runs(self) -> bool:
        """Tell whether new runs may use it."""
        return self not in (Standing.HELD, Standing.WITHDRAWN)


@dataclass(frozen=True)
class Block:
    """A block ready to run; compiled schemas are kept with it.

    Attributes:
        digest: Which package it is of, for good; "" for one that comes with Garland.
        standing: Whether it may be used; see there.
        lets_finish: Whether runs that began before it was held or withdrawn go on to use it.
        decided: What providers decided about its settings, the manifest having what they left;
            None for nothing.
    """

    manifest: Manifest
    run: Callable[[Context], Outcome]
    folder: Path
    digest: str = ""
    standing: Standing = Standing.STANDARD
    lets_finish: bool = True
    decided: Decided | None = None

    @cached_property
    def config_schema(self) -> Schema:
        """The config as designed; compare `resolved_config_schema`."""
        return Schema(self.manifest.config)

    @cached_property
    def input_schema(self) -> Schema:
        """The input as designed."""
        return Schema(self.manifest.input)

    @cached_property
    def resolved_config_schema(self) -> Schema:
        """The config as the block gets it: whole, and expressions evaluated."""
        whole = self.decided.config if self.decided is not None else self.manifest.config
        return Schema(resolved_schema(whole))

    @cached_property
    def resolved_input_schema(self) -> Schema:
        """The input as the block gets it."""
        return Schema(resolved_schema(self.manifest.input))

    @cached_property
    def port_schemas(self) -> dict[str, Schema]:
        """What may leave by each static port."""
        return {port.name: Schema(port.schema) for port in self.manifest.outputs}

    @cached_property
    def dynamic_port_schema(self) -> Schema:
        """What may leave by a port that the config names."""
        dynamic = self.manifest.dynamic_outputs
        return Schema(dynamic.schema if dynamic else {})

    @cached_property
    def readme(self) -> str:
        """The block's page for users, Markdown."""
        return (self.folder / "README.md").read_text(encoding="utf-8")

    @property
    def icon_path(self) -> Path:
        """The icon's file."""
        return self.folder / self.manifest.icon

    @property
    def picture_path(self) -> Path:
        """The file of its picture in a workflow, where it has one."""
        return self.folder / "docs" / "flow.svg"

    @cached_property
    def page(self) -> tuple[Part, ...]:
        """The block's page taken apart, for a template; its picture is shown beside it."""
        return parts_of(self.readme)


class Registry:
    """Blocks by id and version.

    Attributes:
        mark: Tells one registry from another: with the same mark, every block is the same.
    """

    def __init__(self, blocks: Iterable[Block], mark: str = "") -> None:
        self.mark = mark
        self._blocks: dict[tuple[str, str], Block] = {}
        for block in blocks:
            key = (block.manifest.id, block.manifest.version)
            if key in self._blocks:
                where = [str(self._blocks[key].folder), str(block.folder)]
                raise InvalidError(f"the block {key[0]} {key[1]} is there twice", folders=where)
            self._blocks[key] = block

    @cached_property
    def has_held(self) -> bool:
        """Tell whether any of them may not be used by new runs."""
        return any(not block.standing.starts_runs for block in self._blocks.values())

    def find(self, block_id: str, version: str) -> Block | None:
        """Return exactly that block, or None."""
        return self._blocks.get((block_id, version))

    def latest(self, block_id: str) -> Block | None:
        """Return the highest version of a block that may be used, releases first, or None.

        Where none may be used it is the highest all the same.
        """
        return max(self.versions(block_id), key=_suits, default=None)

    def each(self) -> tuple[Block, ...]:
        """List every version of every block."""
        return tuple(self._blocks.values())

    def versions(self, block_id: str) -> tuple[Block, ...]:
        """List every version of a block, the highest first."""
        found = [block for (name, _), block in self._blocks.items() if name == block_id]
        return tuple(sorted(found, key=lambda one: precedence(one.manifest.version), reverse=True))

    def all(self) -> tuple[Block, ...]:
        """List the latest version of every block, by title."""
        latest = [self.latest(name) for name in sorted({name for name, _ in self._blocks})]
        return tuple(
            sorted((block for block in latest if block), key=lambda block: block.manifest.title)
        )

    def search(self, text: str) -> tuple[Block, ...]:
        """List the blocks that fit every word, those with a word in the title first.

        >>> [block.manifest.title for block in standard_registry().search("api call")]
        ['HTTP request']
        """
        words = text.casefold().split()
        ranked = [(_rank(block.manifest, words), block) for block in self.all()]
        found = [(rank, block) for rank, block in ranked if rank]
        return tuple(block for _, block in sorted(found, key=lambda pair: -pair[0]))


@cache
def standard_registry() -> Registry:
    """Return the blocks that come with Garland, loaded once."""
    folders = sorted(path.parent for path in STANDARD_FOLDER.glob("*/block.json"))
    return Registry(load_block(folder) for folder in folders)


def load_block(folder: Path) -> Block:
    """Load a block from its folder; its code is imported, so it must be trusted.

    Raises:
        InvalidError: when the manifest is wrong or a file is missing; problems say which.
    """
    try:
        document = json.loads((folder / "block.json").read_text(encoding="utf-8"))
    except ValueError as error:
        problems = [Problem("", f"block.json is not JSON: {error}")]
        raise InvalidError("the manifest cannot be read", problems=problems) from None
    manifest = parse_manifest(with_files(document, files_in(folder)))
    missing = [
        Problem("", f"{name} is missing in {folder.name}: add it")
        for name in (*_code_files(manifest), "README.md", manifest.icon)
        if not (folder / name).is_file()
    ]
    if missing:
        raise InvalidError(f"the block {manifest.id} is incomplete", problems=missing)
    make_run = _MAKERS.get(manifest.kind)
    if make_run is not None:
        return Block(manifest=manifest, run=make_run(manifest, folder), folder=folder)
    run = getattr(_load_module(folder, manifest), "run", None)
    if not callable(run):
        problems = [Problem("", "block.py has no function run: write def run(ctx)")]
        raise InvalidError(f"the block {manifest.id} cannot run", problems=problems)
    return Block(manifest=manifest, run=run, folder=folder)


def _code_files(manifest: Manifest) -> tuple[str, ...]:
    return () if manifest.kind in _MAKERS else ("block.py",)


def _load_module(folder: Path, manifest: Manifest) -> ModuleType:
    name = "garland_block_" + re.sub(r"\W", "_", f"{manifest.id}_{manifest.version}")
    spec = importlib.util.spec_from_file_location(name, folder / "block.py")
    if spec is None or spec.loader is None:
        raise InvalidError(f"block.py of {manifest.id} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses in the block look their module up
    spec.loader.exec_module(module)
    return module


def _suits(block: Block) -> tuple[object, ...]:
    return (block.standing.starts_runs, *precedence(block.manifest.version))


def _rank(manifest: Manifest, words: list[str]) -> int:
    """Score a block for a search; 0 when a word is nowhere."""
    title = manifest.title.casefold()
    others = " ".join((manifest.id, manifest.summary, *manifest.keywords)).casefold()
    if not all(word in title or word in others for word in words):
        return 0
    return 1 + sum(2 * (word in title) + title.startswith(word) for word in words)
