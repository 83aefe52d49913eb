"""A workflow's picture: an SVG of its document as the canvas shows it.

For files that people take away, cards in galleries and pages of documentation; the pages' own
diagrams are drawn in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.drawings.colours import Theme
from blocks.drawings.icons import icon_of
from blocks.drawings.svg import draw
from blocks.registry import Block, Registry
from runtime.flows.layout import laid_out
from runtime.flows.picture import entries_of


def picture_of(document: Mapping[str, Any], registry: Registry, theme: Theme = "auto") -> str:
    """Draw a workflow of the schema.

    Args:
        document: What has no position is laid out.
        registry: A block that is not in it is drawn as not installed.
        theme: "light", "dark", "auto" (as the system of whoever looks), or "page": the page's own
            tokens, for a picture that stands in a page's HTML.
    """
    return draw(laid_out(document), entries_of(document, registry, _icon), theme)


def _icon(block: Block) -> str:
    return icon_of(block.icon_path.read_bytes())
