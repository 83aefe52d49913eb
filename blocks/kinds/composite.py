"""Blocks of kind `composite`: a workflow that is used as one step.

The package holds the workflow in `flow.json` beside the manifest, with the digest of each block it
uses. No code of it runs: the step calls the workflow that its install keeps for it, under a name
that nobody can give a workflow (`carried_name`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from blocks.manifest import Manifest
from blocks.packages.listing import digest_of, write_listing
from blocks.packages.signing import canonical
from blocks.sdk import Call, Context, Outcome
from kernel.errors import InvalidError
from kernel.json_text import read_json
from kernel.schema import Schema

FLOW_FILE = "flow.json"
CARRIED = "~"
"""Begins the name of a workflow that a block carries; no name that people give begins so."""

_NAME_DIGITS = 40
_WORDS = frozenset({"title", "summary", "keywords", "icon", "examples", "i18n", "exempt"})
"""Of a manifest: what is for people, and binds nothing."""
_SHAPE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["carried", "flow", "children"],
        "properties": {
            "carried": {"const": 1},
            "flow": {"type": "object"},
            "children": {
                "type": "object",
                "maxProperties": 500,
                "additionalProperties": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            },
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedFlow:
    """What `flow.json` of a composite says.

    Attributes:
        flow: The workflow's document.
        children: By `id@version`, the digest of each block that it uses.
    """

    flow: Mapping[str, Any]
    children: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        """Write it as `read_carried` reads it."""
        return {"carried": 1, "flow": dict(self.flow), "children": dict(self.children)}


def read_carried(data: bytes) -> CarriedFlow:
    """Read `flow.json`.

    Raises:
        MalformedError: it is not JSON.
        InvalidError: it has not the shape, with a problem for each field.
    """
    document = read_json(data, what=FLOW_FILE)
    _SHAPE.require(document, f"{FLOW_FILE} cannot be used")
    return CarriedFlow(flow=document["flow"], children=document["children"])


def carried_name(manifest: Manifest, carried: CarriedFlow) -> str:
    """Name the workflow that a block carries: another one for another version or workflow."""
    facts = {"id": manifest.id, "version": manifest.version}
    named = canonical({**facts, "children": dict(carried.children)})
    flow = sha256(_exactly(carried.flow)).digest()
    return CARRIED + sha256(named + flow).hexdigest()[:_NAME_DIGITS]


def name_of_carried(manifest: Manifest, folder: Path) -> str:
    """Name the workflow that the block in a folder carries; "" where it carries none."""
    try:
        data = (folder / FLOW_FILE).read_bytes()
    except OSError:
        return ""
    return carried_name(manifest, read_carried(data))


def make_run(manifest: Manifest, folder: Path) -> Callable[[Context], Outcome]:
    """Make what a composite does: call the workflow it carries with what the step is given.

    Raises:
        InvalidError: the block has no `flow.json`, or one that cannot be used.
    """
    name = name_of_carried(manifest, folder)
    if not name:
        message = f"{FLOW_FILE} is missing in {folder.name}: add it"
        raise InvalidError(f"the block {manifest.id} is incomplete: {message}")

    def run(ctx: Context) -> Outcome:
        return Call(flow=name, input=dict(ctx.input))

    return run


@cache
def digest_of_folder(folder: Path) -> str:
    """Give the digest of the block in a folder, as that of its package: its files, listed."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return digest_of(write_listing(files))


@cache
def digest_of_standard(folder: Path) -> str:
    """Give the digest of what a block that comes with Garland does: its code, and what it promises.

    Such a block travels with Garland, whose releases may better its page, icon, examples and words
    to search by: those change nothing for a workflow that was made with it.
    """
    manifest = json.loads((folder / "block.json").read_bytes())
    promised = {name: value for name, value in manifest.items() if name not in _WORDS}
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}
    return digest_of(write_listing({**files, "block.json": _exactly(promised)}))


def _exactly(document: Mapping[str, Any]) -> bytes:
    """Write a document with the numbers a workflow may hold, which a signed one may not."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
