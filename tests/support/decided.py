"""A block with settings on which a provider decided, as a tenant has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blocks.decided import with_decisions
from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.presets import Preset
from blocks.registry import Block, Registry, Standing, standard_registry
from blocks.sdk import Context
from tests.factories.installs import make_manifest

CANARY = "canary-4711"
"""Stands in hidden values: wherever it is found, something was told."""
CONFIG: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host"],
    "properties": {
        "host": {"type": "string", "minLength": 1, "title": "Host"},
        "port": {"type": "integer", "minimum": 1, "maximum": 9_999, "default": 80, "title": "Port"},
        "tone": {"type": "string", "enum": ["plain", "loud"], "title": "Tone"},
    },
}


def decided_block(*presets: Preset) -> Block:
    """Make an installed block with what was decided about it."""
    example = {"title": "A lamp", "config": {"host": "a"}, "expect": {"port": "done"}}
    said = {"id": "acme.lamp", "config": CONFIG, "examples": [example]}
    manifest = parse_manifest(make_manifest(**said))
    block = Block(
        manifest=manifest, run=_done, folder=Path(), digest="sha256:0", standing=Standing.INSTALLED
    )
    return with_decisions(block, presets)


def registry_with(*blocks: Block) -> Registry:
    """Give the standard blocks and some others."""
    return Registry([*standard_registry().each(), *blocks], "decided")


def _done(_: Context) -> Emit:
    return Emit("done", {"text": ""})
