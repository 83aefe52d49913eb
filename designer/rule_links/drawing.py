"""A workflow as a small picture, for the pages that only point at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.authoring.pictures import Shown, draw_flow
from blocks.registry import Registry
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step


def draw_small(document: Mapping[str, Any], registry: Registry) -> str:
    """Draw a workflow as SVG; "" where nothing was drawn yet."""
    if not document["triggers"] and not document["steps"]:
        return ""
    used = [*document["triggers"].values(), *(step for _, step, _ in every_step(document))]
    shown = {}
    for one in used:
        block = registry.find(one.get("block", ""), one.get("version", ""))
        if block is not None:
            icon = block.icon_path.read_bytes() if block.icon_path.suffix == ".svg" else b""
            shown[block.manifest.id] = Shown(manifest=block.manifest, icon=icon)
    return draw_flow(laid_out(document), shown)
