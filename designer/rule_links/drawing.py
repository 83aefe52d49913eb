"""A workflow as a small picture, for the pages that only point at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry
from runtime.flows.drawn import picture_of


def draw_small(document: Mapping[str, Any], registry: Registry) -> str:
    """Draw a workflow as SVG; "" where nothing was drawn yet."""
    if not document["triggers"] and not document["steps"]:
        return ""
    return picture_of(document, registry)
