"""A workflow's document with another version of a block in it. Pure.

Settings are migrated as the new version's manifest declares. Packages' digests are left out where
the version changes: those are put in when the document goes live.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from blocks.manifest import Manifest
from blocks.migrating import migrate
from runtime.flows.model import every_step


def upgraded(part: Mapping[str, Any], new: Manifest, versions: Collection[str]) -> dict[str, Any]:
    """Give a workflow's document with the new version wherever it uses one of some versions."""
    changed = {"steps": {id_: _step(one, new, versions) for id_, one in part["steps"].items()}}
    if "triggers" in part:  # the body of a loop has none
        triggers = part["triggers"].items()
        changed["triggers"] = {id_: _used(one, new, versions) for id_, one in triggers}
    return {**part, **changed}


def users_of(
    document: Mapping[str, Any], block_id: str, versions: Collection[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield by id the triggers and steps, whose ids never meet, that use a block's versions."""
    steps = ((id_, one) for id_, one, _ in every_step(document))
    for id_, one in (*document["triggers"].items(), *steps):
        undo = one.get("undo", {})
        if is_of(one, block_id, versions) or is_of(undo, block_id, versions):
            yield id_, one


def is_of(used: Mapping[str, Any], block_id: str, versions: Collection[str]) -> bool:
    """Tell whether a step, its undo or a trigger, of which most have no block, uses a version."""
    return used.get("block") == block_id and used.get("version") in versions


def _step(step: Mapping[str, Any], new: Manifest, versions: Collection[str]) -> dict[str, Any]:
    found = _used(step, new, versions)
    if "undo" in found:
        found["undo"] = _used(found["undo"], new, versions)
    if "body" in found:
        found["body"] = upgraded(found["body"], new, versions)
    return found


def _used(used: Mapping[str, Any], new: Manifest, versions: Collection[str]) -> dict[str, Any]:
    if not is_of(used, new.id, versions):
        return dict(used)
    config = migrate(used.get("config", {}), new.migrations, version=used["version"])
    kept = {name: value for name, value in used.items() if name != "digest"}
    return {**kept, "version": new.version, "config": config}
