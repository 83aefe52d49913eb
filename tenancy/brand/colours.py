"""Accent colours: whether people can read them, and the style sheet made of them. Pure.

Contrast is that of WCAG 2.2 (1.4.3): text needs 4.5 to 1 on whatever it stands on. The grounds are
those of `static/css/tokens.css`; a test compares them with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

AA = 4.5
GROUNDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "light": {"page": "#f3f5f9", "surface": "#ffffff", "hovered row": "#eff4fc"},
        "dark": {"page": "#0e131b", "surface": "#161c26", "hovered row": "#1f2835"},
    }
)
"""What an accent stands on in each theme, as people would call it."""
SURFACES: Mapping[str, str] = MappingProxyType({"light": "#ffffff", "dark": "#161c26"})
SOFT: Mapping[str, float] = MappingProxyType({"light": 0.09, "dark": 0.16})
"""How much of the accent is in the ground of what is chosen."""
WHITE, BLACK = "#ffffff", "#000000"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEP = 0.04
_KEPT_HOVERED = 0.84

Channels = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Where a colour cannot be read: on which ground, how well, and one that could be."""

    ground: str
    ground_colour: str
    ratio: float
    instead: str


def read_colour(text: str) -> str:
    """Give a colour as `#rrggbb`; raises ValueError for any other text.

    >>> read_colour(" 1453C4 "), read_colour("#0af")
    ('#1453c4', '#00aaff')
    """
    plain = text.strip().lower().removeprefix("#")
    if len(plain) == len("rgb"):
        plain = "".join(one * 2 for one in plain)
    if not _COLOUR.fullmatch(f"#{plain}"):
        raise ValueError("write it as # and six hexadecimal digits, such as #1453c4")
    return f"#{plain}"


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast("#000000", "#ffffff"), 1), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Channels:
    return (
        int(colour[1:3], 16) / 255,
        int(colour[3:5], 16) / 255,
        int(colour[5:7], 16) / 255,
    )


def mixed(colour: str, other: str, share: float) -> str:
    """Mix two colours: so much of the first, the rest of the other.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    parts = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round((a * share + b * (1 - share)) * 255):02x}" for a, b in parts)


def ink_on(fill: str) -> str:
    """Give what is written in on a filled button: white where it can be read, else black."""
    return WHITE if contrast(WHITE, fill) >= AA else BLACK


def _hovered(fill: str) -> str:
    """Go away from what is written on it, so that it can be read at least as well."""
    return mixed(fill, BLACK if ink_on(fill) == WHITE else WHITE, _KEPT_HOVERED)


def soft_of(accent: str, theme: str) -> str:
    """Give the ground of what is chosen: the surface with a little of the accent."""
    return mixed(accent, SURFACES[theme], SOFT[theme])


def why_unreadable(accent: str, theme: str) -> Finding | None:
    """Say where an accent cannot be read in a theme, on the worst ground; None where it can.

    >>> why_unreadable("#1453c4", "light") is None
    True
    >>> why_unreadable("#ffcc00", "light").instead
    '#856a00'
    """
    ground, colour, ratio = worst_ground(accent, theme)
    if ratio >= AA:
        return None
    return Finding(
        ground=ground, ground_colour=colour, ratio=ratio, instead=_readable(accent, theme)
    )


def worst_ground(accent: str, theme: str) -> tuple[str, str, float]:
    """Say on which ground an accent is hardest to read: its name, its colour, and the contrast."""
    grounds = {**GROUNDS[theme], "chosen row": soft_of(accent, theme)}
    name = min(grounds, key=lambda one: contrast(accent, grounds[one]))
    return name, grounds[name], contrast(accent, grounds[name])


def _readable(accent: str, theme: str) -> str:
    """Go towards black, or white in the dark theme, until it can be read; there it always can."""
    end, share = (BLACK if theme == "light" else WHITE), 1.0
    while share > 0:
        share -= _STEP
        tried = mixed(accent, end, max(share, 0.0))
        if worst_ground(tried, theme)[2] >= AA:
            return tried
    return end


def style_of(light: str, dark: str, *, within: str = ":root") -> str:
    """Write the style sheet of two accents; "" where neither is given.

    It stands in no cascade layer, so that it wins over the tokens.

    Args:
        light: The accent on light grounds, `#rrggbb`, or "" for the vendor's.
        dark: The same on dark ones.
        within: The selector that it holds for.
    """
    if not light or not dark:
        return ""
    pairs = {
        "--accent": (light, dark),
        "--accent-fill": (light, dark),
        "--accent-fill-hover": (_hovered(light), _hovered(dark)),
        "--accent-soft": (soft_of(light, "light"), soft_of(dark, "dark")),
        "--on-accent": (ink_on(light), ink_on(dark)),
        "--focus": (light, dark),
    }
    lines = [f"  {name}: light-dark({one}, {other});" for name, (one, other) in pairs.items()]
    return "\n".join([f"{within} {{", *lines, "}", ""])
