"""What moves by itself: nothing does for somebody who asked for less motion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

STATIC = Path(__file__).parent.parent.parent / "static"
CALM = "@media (prefers-reduced-motion: reduce)"
MOVING = "@media (prefers-reduced-motion: no-preference)"
STOPPED = {"--quick": "0ms", "--calm": "0ms"}
"""The durations that take no time where less motion is asked for."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TIME = re.compile(r"\b[\d.]+m?s\b|var\((--[\w-]+)\)")
_SCRIPTED = re.compile(r"\.animate\(|requestAnimationFrame\(animate|behavior:\s*\"smooth\"")
Rule = tuple[tuple[str, ...], str, str]
"""Within which at-rules and selectors a declaration stands, its property and its value."""


def _declarations(text: str) -> Iterator[Rule]:
    """Read a style sheet that has its usual form."""
    around: list[str] = []
    for part in re.findall(r"[^{};]*[{};]", _COMMENT.sub("", text)):
        words = " ".join(part[:-1].split())
        if part.endswith("{"):
            around.append(words)
            continue
        name, colon, value = words.partition(":")
        if colon and around:
            yield tuple(around), name, value.strip()
        if part.endswith("}"):
            around.pop()


def _sheets() -> dict[str, list[Rule]]:
    return {
        file.name: list(_declarations(file.read_text(encoding="utf-8")))
        for file in sorted((STATIC / "css").glob("*.css"))
    }


def _takes_time(value: str) -> bool:
    """Tell whether a duration in it stays where less motion is asked for."""
    return any(found[1] not in STOPPED for found in _TIME.finditer(value) if found[1] != "--ease")


def _moves(rules: list[Rule]) -> list[str]:
    """List what goes on moving although less motion is asked for."""
    stilled = {around[-1] for around, _, value in rules if CALM in around and value == "none"}
    return [
        f"{around[-1]} {{ {name}: {value} }}"
        for around, name, value in rules
        if name.split("-")[0] in ("transition", "animation")
        and MOVING not in around
        and around[-1] not in stilled
        and _takes_time(value)
    ]


def test_no_style_moves_anything_where_less_motion_is_asked_for() -> None:
    moving = {name: found for name, rules in _sheets().items() if (found := _moves(rules))}

    assert moving == {}


def test_no_style_scrolls_smoothly() -> None:
    said = [rule for rules in _sheets().values() for rule in rules if rule[1] == "scroll-behavior"]

    assert said == []


def test_the_durations_that_styles_use_take_no_time_where_less_motion_is_asked_for() -> None:
    calm = {name: value for around, name, value in _sheets()["tokens.css"] if CALM in around}

    assert calm == STOPPED


def test_no_script_moves_anything() -> None:
    scripts = [file for file in (STATIC / "js").rglob("*.js") if "vendor" not in file.parts]
    moving = [file.name for file in scripts if _SCRIPTED.search(file.read_text(encoding="utf-8"))]

    assert scripts
    assert moving == []


def test_motion_is_seen_where_it_is_not_stopped() -> None:
    text = ".a { transition: color 120ms; } .b { animation: turn var(--calm) var(--ease); }"
    text += "@media (prefers-reduced-motion: reduce) { .c { animation: none; } }"
    text += ".c { animation: turn 1s linear; }"

    assert _moves(list(_declarations(text))) == [".a { transition: color 120ms }"]
