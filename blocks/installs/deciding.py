"""What a tenant's providers decided about settings of blocks: asked of whoever curates for them.

It is part of what a tenant's blocks are (`blocks.installs.registry`): it is read when anything of
them changed anywhere, and holds at once for what is shown, checked and run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs._changes import note_change
from blocks.presets import Preset

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


def mark_of(presets: Mapping[str, tuple[Preset, ...]]) -> str:
    """Give a text that is another for other decisions, by whatever they are named; "" for none."""
    told = {
        name: [[one.name, int(one.hold), one.has_value, one.value] for one in some]
        for name, some in presets.items()
        if some
    }
    return json.dumps(told, sort_keys=True) if told else ""
