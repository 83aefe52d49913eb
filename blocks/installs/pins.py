"""Which package a step was published with, and what becomes of it once that may not be used.

A version of a workflow names blocks by id, version and digest. What is there under the same version
and another digest is another block, however alike they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from blocks.registry import Block, Registry, Standing
from blocks.sdk import BlockError, Context, Outcome


def with_digests(document: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """Give a workflow's document with the digest of every installed block that it uses."""
    triggers = {
        id_: _used(one, registry) if "block" in one else one
        for id_, one in document["triggers"].items()
    }
    return {**_part(document, registry), "triggers": triggers}


def as_pinned(block: Block, digest: str) -> Block:
    """Give the block, or one in its place that fails where this one may not be used.

    Its errors are `block.other_digest`, `block.held`, `block.withdrawn` and `block.settings_unfit`;
    none is tried again.
    """
    refusal = _refusal(block, digest)
    if refusal is None:
        return block
    manifest = replace(block.manifest, config={}, input={})
    return replace(block, manifest=manifest, run=_refusing(*refusal), decided=None)


def why_not_to_start(block: Block, digest: str) -> tuple[str, str] | None:
    """Say by code and message why a trigger's block may start no run; None when it may.

    What is held lets runs finish, never begin.
    """
    return _refusal(replace(block, lets_finish=False), digest)


def _refusal(block: Block, digest: str) -> tuple[str, str] | None:
    name = f"{block.manifest.title} {block.manifest.version}"
    if digest and digest != block.digest:
        return "block.other_digest", (
            f"{name} is another package now than when this workflow was published: look at it "
            "and publish the workflow anew."
        )
    if block.standing is Standing.WITHDRAWN and not block.lets_finish:
        return "block.withdrawn", f"{name} was withdrawn: replace it in the workflow."
    if block.standing is Standing.HELD and not block.lets_finish:
        return "block.held", f"{name} is held: an admin of your organisation can let it go on."
    if block.decided is not None and block.decided.problem:
        return "block.settings_unfit", f"{name}: {block.decided.problem}."
    return None


def _refusing(code: str, message: str) -> Callable[[Context], Outcome]:
    def refuse(_: Context) -> Outcome:
        raise BlockError(code, message, retryable=False)

    return refuse


def _part(part: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    return {**part, "steps": {id_: _step(one, registry) for id_, one in part["steps"].items()}}


def _step(step: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    found = _used(step, registry)
    if "undo" in found:
        found["undo"] = _used(found["undo"], registry)
    if "body" in found:
        found["body"] = _part(found["body"], registry)
    return found


def _used(used: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """Put the digest beside the version; what was there before is of another moment."""
    found = {name: value for name, value in used.items() if name != "digest"}
    block = registry.find(used["block"], used.get("version", ""))
    if block is not None and block.digest:
        found["digest"] = block.digest
    return found
