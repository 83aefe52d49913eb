"""A block as it is to a tenant whose providers decided on some of its settings. Pure."""

from __future__ import annotations

from dataclasses import replace

from blocks.manifest import Manifest, output_ports
from blocks.presets import Decided, Preset
from blocks.registry import Block
from kernel.schema import path_of


def with_decisions(block: Block, presets: tuple[Preset, ...]) -> Block:
    """Give a block whose settings, those of its examples too, are those left to the tenant.

    Ways out that a setting names which is not left to it are the block's own from then on.
    """
    if not presets:
        return block
    manifest, decided = block.manifest, Decided(block.manifest.config, presets)
    examples = tuple(
        {**one, "config": decided.left(one["config"])} if "config" in one else one
        for one in manifest.examples
    )
    changed = replace(manifest, config=decided.shown, examples=examples)
    return replace(block, manifest=_with_ports(changed, decided), decided=decided)


def _with_ports(manifest: Manifest, decided: Decided) -> Manifest:
    dynamic = manifest.dynamic_outputs
    if dynamic is None or path_of(dynamic.source)[0] not in decided.away:
        return manifest
    ports = output_ports(manifest, decided.whole({}))
    return replace(manifest, outputs=ports, dynamic_outputs=None)
