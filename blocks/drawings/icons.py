"""Icons inside a picture: of the sprite by name, of a block by its file; nothing in them acts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from html import escape

from kernel.images import why_no_image
from kernel.resources import resource_folder

SIZE = 17
_SYMBOL = re.compile(r'<symbol id="([\w-]+)" ([^>]*)>(.*?)</symbol>', re.DOTALL)
_KEPT = ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")


def icon_markup(icon: str) -> str:
    """Give an icon as markup, be it that or a name in the sprite; "" when it is neither."""
    return icon if icon.startswith("<svg ") else _sprite().get(icon, "")


@cache
def icon_of(content: bytes) -> str:
    """Give a block's icon as markup; a puzzle's name for a PNG, or for one that would act."""
    root = drawn_of(content)
    if root is None:
        return "puzzle"
    inner = "".join(ET.tostring(child, encoding="unicode") for child in root)
    said = "".join(f' {key}="{escape(root.attrib[key])}"' for key in _KEPT if key in root.attrib)
    inner = inner.replace(' xmlns="http://www.w3.org/2000/svg"', "").strip()
    return _sized(f'viewBox="{escape(root.attrib["viewBox"])}"{said}', inner)


def drawn_of(content: bytes) -> ET.Element | None:
    """Read an icon's SVG; None for a PNG, or for one that would act."""
    if content.startswith(b"\x89") or why_no_image("icon.svg", content):
        return None
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    return ET.fromstring(content)  # noqa: S314 - why_no_image refused entities


@cache
def _sprite() -> dict[str, str]:
    found = _SYMBOL.findall((resource_folder("static") / "icons.svg").read_text(encoding="utf-8"))
    return {name: _sized(said, inner) for name, said, inner in found}


def _sized(said: str, inner: str) -> str:
    return f'<svg width="{SIZE}" height="{SIZE}" {said}>{inner}</svg>'
