"""Makes a block of an unpacked package: what it runs by is chosen by its kind.

Nothing of a package is imported here or anywhere else in a Garland process. Python code runs in
the sandbox alone; the other kinds have no code of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from uuid import UUID

from blocks.kinds import code, composite, http
from blocks.manifest import Manifest, parse_manifest
from blocks.registry import Block, Standing
from blocks.sdk import BlockError, Context, Outcome
from blocks.translating import files_in, with_files

Run = Callable[[Context], Outcome]

MAKERS: Mapping[str, Callable[[Manifest, Path], Run]] = {
    "http": http.make_run,
    "composite": composite.make_run,
    "code": code.make_run,
}
"""Makes the `run` of each kind without Python of its own."""
IN_SANDBOX = frozenset({"python", "trigger"})
"""The kinds whose `block.py` is somebody's code."""


class Sandbox(Protocol):
    """Makes what runs a package's Python code apart from Garland."""

    def __call__(self, tenant_id: UUID, manifest: Manifest, folder: Path, digest: str, /) -> Run:
        """Give the `run` of a block of that package, for that tenant alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """One version that a tenant has, as its row says."""

    block_id: str
    version: str
    digest: str
    state: Standing
    lets_finish: bool


def load_installed(tenant_id: UUID, pinned: Pinned, folder: Path, sandbox: Sandbox | None) -> Block:
    """Make the block of an unpacked package for one tenant.

    What its manifest says of running lightly inside Garland is for blocks that come with it.
    """
    document = json.loads((folder / "block.json").read_text(encoding="utf-8"))
    manifest = parse_manifest(with_files(document, files_in(folder)))
    is_inline = manifest.kind == "composite"  # it only names the workflow to call
    behaviour = replace(manifest.behaviour, inline=is_inline)
    return Block(
        manifest=replace(manifest, behaviour=behaviour),
        run=_run_of(tenant_id, manifest, folder, pinned.digest, sandbox),
        folder=folder,
        digest=pinned.digest,
        standing=pinned.state,
        lets_finish=pinned.lets_finish,
    )


def _run_of(
    tenant_id: UUID, manifest: Manifest, folder: Path, digest: str, sandbox: Sandbox | None
) -> Run:
    if manifest.kind not in IN_SANDBOX:
        return MAKERS[manifest.kind](manifest, folder)
    if sandbox is None:
        return _never("this process has no sandbox to run it in")
    return sandbox(tenant_id, manifest, folder, digest)


def _never(why: str) -> Run:
    """Give a run that says why there is none: the block can still be shown, and its step fails."""

    def refuse(_: Context) -> Outcome:
        raise BlockError("block.cannot_run", f"The block cannot run here: {why}.", retryable=False)

    return refuse
