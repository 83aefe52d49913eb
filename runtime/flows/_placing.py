"""What publishing means for triggers that a block watches for: which go on, which begin anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from blocks.migrating import migrate
from blocks.registry import Registry
from runtime.flows._tables import FlowRow
from runtime.flows.hearing import mode_of
from runtime.polls.marks import place_polls
from runtime.step_state.owners import Owner, drop_values


def place_block_triggers(
    session: Session,
    row: FlowRow,
    document: Mapping[str, Any],
    before: Mapping[str, Any],
    registry: Registry,
    *,
    now: datetime,
) -> None:
    """Mark what is to be polled; a trigger that is gone or begins anew keeps nothing."""
    triggers = document["triggers"]
    anew = {
        id_
        for id_, one in before["triggers"].items()
        if one["kind"] == "block" and not goes_on(one, triggers.get(id_, {}), registry)
    }
    for id_ in anew:
        drop_values(session, Owner(row.tenant_id, row.id, id_))
    polled = {id_: one for id_, one in triggers.items() if mode_of(one, registry) == "poll"}
    place_polls(session, row.tenant_id, row.id, polled, anew=anew, now=now)


def goes_on(before: Mapping[str, Any], after: Mapping[str, Any], registry: Registry) -> bool:
    """Tell whether a trigger is the one it was: same block, and settings that mean the same.

    They do where they are the same, or what the block's migrations make of those before.
    """
    if after.get("block") != before["block"]:
        return False
    held, stated = before.get("config", {}), after.get("config", {})
    block = registry.find(after["block"], after["version"])
    if held == stated or block is None:
        return bool(held == stated)
    migrated = migrate(held, block.manifest.migrations, version=before["version"])
    return bool(migrated == stated)
