"""How the trigger of a block hears of what is new: it looks, or it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry


def mode_of(trigger: Mapping[str, Any], registry: Registry) -> str:
    """Say how a trigger is heard of: `poll` or `webhook`; "" for one that no block watches for."""
    if trigger["kind"] != "block":
        return ""
    block = registry.find(str(trigger.get("block", "")), str(trigger.get("version", "")))
    said = block.manifest.trigger if block is not None else None
    return said.mode if said is not None else ""


def is_told(trigger: Mapping[str, Any], registry: Registry) -> bool:
    """Tell whether a trigger has an address that others call."""
    return "webhook" in (trigger["kind"], mode_of(trigger, registry))
