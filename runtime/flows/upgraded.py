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


def repinned(
    live: Mapping[str, Any], after: Mapping[str, Any], block_id: str, versions: Collection[str]
) -> list[str]:
    """Name the steps and triggers, those of a block's versions left out, with another digest.

    They are of a block that is another package by now under the version that they name. What was
    published without a digest is of none, and not named.
    """
    fresh = dict(_digests_in(after))
    return [
        at[0]
        for at, (used, digest) in _digests_in(live)
        if digest and not is_of(used, block_id, versions) and fresh[at][1] != digest
    ]


def _digests_in(
    document: Mapping[str, Any],
) -> Iterator[tuple[tuple[str, str], tuple[Mapping[str, Any], str]]]:
    """Yield by id and part what uses a block, with its digest, "" for none."""
    steps = ((id_, one) for id_, one, _ in every_step(document))
    for id_, one in (*document["triggers"].items(), *steps):
        yield (id_, ""), (one, one.get("digest", ""))
        if "undo" in one:
            yield (id_, "undo"), (one["undo"], one["undo"].get("digest", ""))


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
