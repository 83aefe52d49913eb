"""The colours of pictures: those of `static/css/tokens.css` and `canvas.css`, by theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Theme = Literal["light", "dark", "auto", "page"]
"""`auto` follows the system of whoever looks; `page` takes the page's own tokens, drawn into it."""

_TOKENS: Mapping[str, tuple[str, str]] = {
    "ground": ("#f3f5f9", "#0e131b"),
    "node": ("#ffffff", "#263144"),
    "edge": ("#c3cddc", "#55657f"),
    "sunken": ("#f7f9fc", "#121822"),
    "line-strong": ("#8492a8", "#65748b"),
    "ink": ("#141b27", "#e8edf5"),
    "ink-soft": ("#465266", "#b3bfcf"),
    "accent": ("#1453c4", "#85b4ff"),
    "accent-soft": ("#e7effd", "#1b2e52"),
    "good": ("#11692f", "#6fdd95"),
    "notice": ("#855000", "#f3c14b"),
    "bad": ("#b0152c", "#ff97a3"),
    "blue": ("#1453c4", "#85b4ff"),
    "blue-soft": ("#e7effd", "#1b2e52"),
    "green": ("#11692f", "#6fdd95"),
    "green-soft": ("#e3f5e9", "#14301f"),
    "amber": ("#855000", "#f3c14b"),
    "amber-soft": ("#fff2d4", "#362a0f"),
    "red": ("#b0152c", "#ff97a3"),
    "red-soft": ("#fde9ec", "#421820"),
    "violet": ("#5630a5", "#c9b4fa"),
    "violet-soft": ("#f0eafd", "#2b2147"),
    "grey": ("#465266", "#b3bfcf"),
    "grey-soft": ("#ebeff5", "#262f3d"),
}
_OF_PAGES = {
    "node": "surface-raised",
    "edge": "line-strong",
    "sunken": "surface-sunken",
    "blue": "info",
    "blue-soft": "info-soft",
    "green": "good",
    "green-soft": "good-soft",
    "amber": "notice",
    "amber-soft": "notice-soft",
    "red": "bad",
    "red-soft": "bad-soft",
    "violet": "indeterminate-ink",
    "violet-soft": "indeterminate-soft",
    "grey": "neutral",
    "grey-soft": "neutral-soft",
}
GROUPS = ("blue", "green", "amber", "red", "violet", "grey")


def colours(theme: Theme) -> dict[str, str]:
    """Give each colour as it is written into a picture.

    >>> colours("dark")["ink"], colours("auto")["ink"], colours("page")["node"]
    ('#e8edf5', 'var(--ink)', 'var(--surface-raised)')
    """
    if theme == "auto":
        return {name: f"var(--{name})" for name in _TOKENS}
    if theme == "page":
        return {name: f"var(--{_OF_PAGES.get(name, name)})" for name in _TOKENS}
    return {name: pair[theme == "dark"] for name, pair in _TOKENS.items()}


def style_of(theme: Theme, drawn: str) -> str:
    """Give the style sheet that a theme needs for what was drawn, "" for none."""
    if theme != "auto":
        return ""
    used = [(name, pair) for name, pair in _TOKENS.items() if f"var(--{name})" in drawn]
    light, dark = (" ".join(f"--{name}: {pair[at]};" for name, pair in used) for at in (0, 1))
    return f":root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"
