"""Text in a picture: how wide it is, about, and what of it fits. Pure.

A picture's fonts are the reader's, so that nothing can be measured; the widths are those of Inter,
rounded up, which keeps text inside its node with other fonts too.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

_NARROW, _WIDE = frozenset("fijlrtI.,:;|!'()[]{}/-·` "), frozenset("mwMW@%—…")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def width_of(text: str, size: float) -> float:
    """Say about how wide a text is."""
    return sum(map(_em, text)) * size


def fitting(text: str, size: float, most: float) -> str:
    """Cut a text with … so that it is at most so wide; on one line.

    >>> fitting("Look up the site", 11, 500), fitting("Look up the site", 11, 60)
    ('Look up the site', 'Look up…')
    """
    line = " ".join(text.split())
    if width_of(line, size) <= most:
        return line
    room, kept = most - _em("…") * size, 0
    while room >= (wide := _em(line[kept]) * size):
        room, kept = room - wide, kept + 1
    return line[:kept].rstrip() + "…"


def wrapped(text: str, size: float, most: float, lines: int) -> list[str]:
    """Part a text into lines of at most a width, at most so many; the last says … for the rest."""
    found: list[str] = []
    for part in text.splitlines() or [""]:
        line = ""
        for word in part.split():
            longer = f"{line} {word}" if line else word
            if line and width_of(longer, size) > most:
                found.append(line)
                longer = word
            line = longer
        found.append(line)
        if len(found) > lines:
            break
    if len(found) > lines:
        cut = fitting(" ".join(found[lines - 1 :]), size, most)
        found[lines - 1 :] = [cut if cut.endswith("…") else f"{cut}…"]
    return [fitting(line, size, most) for line in found]


def written(text: str) -> str:
    """Write a text into XML; what XML cannot hold becomes U+FFFD."""
    return escape(_UNWRITABLE.sub("\ufffd", text))


def _em(sign: str) -> float:
    if sign in _NARROW:
        return 0.34
    if sign in _WIDE or unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    if unicodedata.combining(sign):
        return 0.0
    return 0.7 if sign.isupper() else 0.59
