"""Builders of composite blocks: a workflow, saved as a block in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks.kinds.composite import FLOW_FILE, CarriedFlow, make_run
from blocks.manifest import parse_manifest
from blocks.registry import Block, Registry, standard_registry
from runtime.flows.composites import Named, composite_of


def named(id_: str = "acme.greet", version: str = "1.0.0") -> Named:
    """Name a block."""
    return Named(
        id=id_,
        version=version,
        title="Greet",
        summary="Greets",
        category="other",
        licence="MIT",
    )


def make_composite(
    folder: Path, flow: Mapping[str, Any], *, registry: Registry | None = None, name: str = "greet"
) -> tuple[Block, CarriedFlow]:
    """Save a workflow as the block `acme.<name>` in a folder, and load it from there."""
    within = registry or standard_registry()
    manifest, carried = composite_of(flow, within, named(f"acme.{name}"))
    where = folder / name
    where.mkdir(parents=True, exist_ok=True)
    (where / "block.json").write_text(json.dumps(manifest), encoding="utf-8")
    (where / FLOW_FILE).write_text(json.dumps(carried.to_document()), encoding="utf-8")
    (where / "README.md").write_text("# Greet\n", encoding="utf-8")
    parsed = parse_manifest(manifest)
    return Block(manifest=parsed, run=make_run(parsed, where), folder=where), carried


def with_blocks(*blocks: Block) -> Registry:
    """Give the standard blocks and these."""
    return Registry([*standard_registry().all(), *blocks])
