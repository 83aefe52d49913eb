"""What a tenant's providers decided about settings of blocks: asked of whoever curates for them.

It is part of what a tenant's blocks are (`blocks.installs.registry`): it is read when anything of
them changed anywhere, and holds at once for what is shown, checked and run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs._changes import note_change
from blocks.manifest import Manifest, output_ports
from blocks.presets import Decided, Preset
from blocks.registry import Block
from kernel.schema import path_of

DECISIONS_ON_SETTINGS = "decisions on settings"
"""Under which name a session knows who `Decides`; in one without it nothing is decided."""
PresetsByBlock = Mapping[str, tuple[Preset, ...]]


class Decides(Protocol):
    """Whoever knows what providers decided."""

    def presets_for(
        self, session: Session, tenant_id: UUID, block_ids: Collection[str]
    ) -> PresetsByBlock:
        """Give by block, of some, the settings that were decided on for a tenant."""
        ...


def presets_for(session: Session, tenant_id: UUID, block_ids: Collection[str]) -> PresetsByBlock:
    """Give by block, of some, the settings that were decided on for a tenant."""
    decides: Decides | None = session.info.get(DECISIONS_ON_SETTINGS)
    if decides is None or not block_ids:
        return {}
    return decides.presets_for(session, tenant_id, block_ids)


def note_decisions(session: Session) -> None:
    """Let every process see that providers decided otherwise, once this is committed.

    To be called after what was decided changed, and after who stands above a tenant did.
    """
    note_change(session)


def mark_of(presets: PresetsByBlock) -> str:
    """Give a text that is another for other decisions; "" for none."""
    told = {
        block_id: [[one.name, int(one.hold), one.has_value, one.value] for one in some]
        for block_id, some in presets.items()
        if some
    }
    return json.dumps(told, sort_keys=True) if told else ""


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
