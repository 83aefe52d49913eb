"""The picture of a template's workflow, drawn from its document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blocks.authoring.pictures import Shown, draw_flow
from blocks.registry import Registry
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step


def picture_of(flow: Mapping[str, Any], registry: Registry) -> str:
    """Draw a workflow as SVG; what has no position is laid out."""
    return draw_flow(laid_out(flow), dict(_shown(flow, registry)))


def _shown(flow: Mapping[str, Any], registry: Registry) -> Iterator[tuple[str, Shown]]:
    users = [*flow["triggers"].values(), *(step for _, step, _ in every_step(flow))]
    for user in users:
        block = registry.find(user.get("block", ""), user.get("version", ""))
        if block is not None:
            icon = block.icon_path.read_bytes() if block.icon_path.is_file() else b""
            yield user["block"], Shown(block.manifest, icon)
