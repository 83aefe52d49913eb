"""Compare configurations: what was added and removed, and in which section."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._configs import lasting_lines, placed

LINES_MAX = 50_000
SECTIONS_MAX = 1_000
TEXT_MAX = 500_000
CLOSE_MAX = 4_000
"""So many lines that differ are compared closely; of more the text lists first one side."""


def run(ctx: Context) -> Outcome:
    """End by `same` or `different`."""
    before, after = (_lines(ctx, side) for side in ("before", "after"))
    is_ordered = ctx.config["order"]
    old, new = Counter(placed(before)), Counter(placed(after))
    added, removed = new - old, old - new
    is_same = before == after if is_ordered else not (added or removed)
    text = "" if is_same else _text(before, after, ctx.config["around"])
    sections = _sections(before, after, added, removed)
    output = {
        "diff": text[:TEXT_MAX],
        "sections": sections[:SECTIONS_MAX],
        "added": added.total(),
        "removed": removed.total(),
        "is_cut": len(text) > TEXT_MAX or len(sections) > SECTIONS_MAX,
    }
    return ctx.emit("same" if is_same else "different", output)


def _lines(ctx: Context, side: str) -> list[str]:
    lines = lasting_lines(ctx.input[side], ctx.config["ignore"])
    if len(lines) > LINES_MAX:
        message = f"A configuration has {len(lines):,} lines, and may have {LINES_MAX:,}."
        raise BlockError("compare.too_long", message)
    return lines


def _sections(
    before: Sequence[str],
    after: Sequence[str],
    added: Counter[tuple[str, str]],
    removed: Counter[tuple[str, str]],
) -> list[dict[str, Any]]:
    """List what differs by section, in the order in which the lines stand."""
    found: dict[str, dict[str, Any]] = {}
    for lines, left, name in ((before, removed, "removed"), (after, added, "added")):
        to_tell = Counter(left)
        for section, line in placed(lines):
            if to_tell[section, line] > 0:
                to_tell[section, line] -= 1
                empty: dict[str, Any] = {"section": section, "added": [], "removed": []}
                found.setdefault(section, empty)[name].append(line)
    return list(found.values())


def _text(before: list[str], after: list[str], around: int) -> str:
    """Write the differences as `diff -u` does, of what lies between the first and the last."""
    first = _common(before, after)
    last = _common(before[first:][::-1], after[first:][::-1])
    middle = len(before) + len(after) - 2 * (first + last)
    if middle > CLOSE_MAX:
        gone, come = before[first : len(before) - last], after[first : len(after) - last]
        place = f"@@ -{first + 1},{len(gone)} +{first + 1},{len(come)} @@"
        listed = [*(f"-{line}" for line in gone), *(f"+{line}" for line in come)]
        return "\n".join(["--- before", "+++ after", place, *listed]) + "\n"
    names = {"fromfile": "before", "tofile": "after", "lineterm": ""}
    lines = difflib.unified_diff(before, after, **names, n=around)
    return "\n".join(lines) + "\n"


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
