"""Icons and pictures: really an SVG or PNG, of a fair size, and nothing in it that acts.

They are shown only through `<img>`, where nothing acts anyway; a picture that would try to is
refused all the same, since people open files in other ways too.
"""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator

ICON_MAX_BYTES = 64 * 1024
PICTURE_MAX_BYTES = 512 * 1024
PNG_MAX_PIXELS = 1024
DEPTH_MAX = 50
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_ACTS = frozenset({"script", "foreignobject", "iframe", "object", "embed", "handler", "listener"})
_MOVES = frozenset({"animate", "animatetransform", "animatemotion", "set"})
_LOADS = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)


def why_no_image(name: str, content: bytes, *, most: int = ICON_MAX_BYTES) -> str:
    """Say why a file is not an image that may be shown, with the remedy; "" when it is one."""
    if len(content) > most:
        return f"it has {len(content):,} bytes: at most {most:,} are allowed"
    return _why_no_png(content) if name.lower().endswith(".png") else _why_no_svg(content)


def _why_no_png(content: bytes) -> str:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        return "it is no PNG: save it as one, or name it .svg"
    width, height = struct.unpack(">II", content[16:24])
    if not 0 < max(width, height) <= PNG_MAX_PIXELS:
        return f"it is {width} by {height} pixels: at most {PNG_MAX_PIXELS} each way"
    return ""


def _why_no_svg(content: bytes) -> str:
    try:
        root = _parsed(content.decode())
    except (ET.ParseError, ValueError) as error:
        return f"it is no SVG: {error}"
    if root.tag != f"{_SVG}svg":
        return 'it is no SVG: begin with <svg xmlns="http://www.w3.org/2000/svg" …>'
    if "viewBox" not in root.attrib:
        return 'it has no viewBox and cannot be scaled: add one, such as viewBox="0 0 24 24"'
    return next(_what_acts(root), "")


def _parsed(text: str) -> ET.Element:
    """Read XML that has no entities and is not nested without end.

    Raises:
        ValueError: it is not so. A parser guesses other encodings by their zero bytes, in which
            entities would not be seen here.
    """
    if "\0" in text:
        raise ValueError("it is not in UTF-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("it has a DOCTYPE or entities: remove them")
    root = ET.fromstring(text)  # noqa: S314 - it has no entities
    inner, depth = [root], 0
    while inner:
        inner, depth = [child for element in inner for child in element], depth + 1
        if depth > DEPTH_MAX:
            raise ValueError(f"its elements are nested deeper than {DEPTH_MAX}")
    return root


def _what_acts(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2].lower()
        if tag in _ACTS | _MOVES:
            yield f"it has a <{tag}>: a picture does nothing, remove it"
        if tag == "style" and _LOADS.search(element.text or ""):
            yield "its style loads something: remove it"
        for name, value in element.attrib.items():
            yield from _what_attribute_does(tag, name.rpartition("}")[2].lower(), value)


def _what_attribute_does(tag: str, name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield f"<{tag}> has {name}: a picture does nothing, remove it"
    if name == "href" and not value.strip().startswith("#"):
        yield f"<{tag}> leads out of the file: remove its href"
    if _LOADS.search(value):
        yield f"{name} of <{tag}> loads something: remove it"
