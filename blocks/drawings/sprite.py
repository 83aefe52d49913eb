"""The icons of blocks in one file, asked for once: each is a symbol that takes the text's colour.

An icon is one of them only where it is drawn in nothing but the colour of the text and names
nothing inside itself. Any other is a file of its own, whose shape alone is shown.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from blocks.drawings.icons import drawn_of
from blocks.registry import Block, Registry
from kernel.ids import sha256_of

SPRITES_KEPT = 64
_COLOURS = frozenset({"none", "currentcolor"})
_OWN = frozenset({"id", "class", "style", "href", "color"})


@dataclass(frozen=True)
class Sprite:
    """Icons of blocks.

    Attributes:
        names: Id and version of the blocks whose icon is in it.
        text: The SVG file.
        digest: Tells it from any other.
    """

    names: frozenset[tuple[str, str]]
    text: str
    digest: str


@lru_cache(SPRITES_KEPT)
def sprite_of(registry: Registry) -> Sprite:
    """Put together the icons of all blocks of a registry that go into one file."""
    return _put_together(registry.each())


def symbol_name(block_id: str, version: str) -> str:
    """Give what a block's icon is called in the file."""
    return f"{block_id}@{version}"


def _put_together(blocks: Iterable[Block]) -> Sprite:
    names, symbols = set(), []
    for block in blocks:
        found = block.manifest
        symbol = symbol_of(block.icon_path.read_bytes(), symbol_name(found.id, found.version))
        if symbol:
            names.add((found.id, found.version))
            symbols.append(symbol)
    text = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'
    return Sprite(frozenset(names), text, sha256_of(text))


def symbol_of(content: bytes, name: str) -> str:
    """Give an icon's file as a symbol of that name; "" where it stays a file of its own."""
    root = drawn_of(content)
    if (
        root is None
        or "fill" not in root.attrib
        or not all(_is_plain(element) for element in root.iter())
    ):
        return ""
    said = "".join(f' {key}="{escape(value)}"' for key, value in root.attrib.items() if _kept(key))
    inner = "".join(ET.tostring(child, encoding="unicode") for child in root)
    return f'<symbol id="{escape(name)}"{said}>{inner}</symbol>'


def _is_plain(element: ET.Element) -> bool:
    names = {str(name).rpartition("}")[2].lower() for name in element.attrib}
    colours = {element.get(key, "none").lower() for key in ("fill", "stroke")}
    is_style = str(element.tag).rpartition("}")[2].lower() == "style"
    return not names & _OWN and colours <= _COLOURS and not is_style


def _kept(key: str) -> bool:
    return key == "viewBox" or key.startswith(("fill", "stroke"))
