"""A workflow's document for those who may see it and not change it: without its secrets.

Whoever changes a document is given it whole, or saving it would overwrite them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry
from runtime.secrecy import masked


def for_reader(
    document: Mapping[str, Any], registry: Registry, *, may_change: bool
) -> Mapping[str, Any]:
    """Give a document whole to those who may change it, and to others with its secrets masked.

    Secrets are in what steps are set up with and given, and in variables.
    """
    if may_change:
        return document
    found = _part(document, registry)
    if "vars" in document:
        found["vars"] = masked(document["vars"], {})
    return found


def _part(part: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    return {**part, "steps": {id_: _step(step, registry) for id_, step in part["steps"].items()}}


def _step(step: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    found = _block(step, registry)
    if "undo" in step:
        found["undo"] = _block(step["undo"], registry)
    if "body" in step:
        found["body"] = _part(step["body"], registry)
    return found


def _block(used: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    block = registry.find(used["block"], used["version"])
    schemas = (
        {"config": block.manifest.config, "input": block.manifest.input}
        if block is not None
        else {}
    )
    safe = {
        name: masked(used[name], schemas.get(name, {}))
        for name in ("config", "input")
        if name in used
    }
    return {**used, **safe}
