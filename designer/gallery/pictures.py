"""The picture of a template's workflow, drawn from its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry
from runtime.flows.drawn import flow_svg, picture_entries


def picture_of(flow: Mapping[str, Any], registry: Registry) -> str:
    """Draw a workflow as SVG; what has no position is laid out."""
    return flow_svg(flow, picture_entries(flow, registry))
