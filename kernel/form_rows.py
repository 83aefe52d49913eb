"""Forms of rows within rows: what a browser posted as a tree, and the buttons that change rows.

Pure. Field names are JSON Pointers (`/when/members/0/op`), so one route reads any number of rows.
What does not fit is left out, never an error: a form comes back as it was typed, right or wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

PARTS_MAX = 24
INDEX_DIGITS_MAX = 3


def tree_of(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    r"""Put posted pairs into one tree; a name posted again adds a line.

    >>> tree_of([("/a/0/b", "x"), ("/on", "raised"), ("/on", "changed"), ("plain", "y")])
    {'a': {'0': {'b': 'x'}}, 'on': 'raised\nchanged'}
    """
    tree: dict[str, Any] = {}
    for name, value in items:
        parts = name.split("/")[1:]
        if not 0 < len(parts) <= PARTS_MAX:
            continue
        node = tree
        for part in parts[:-1]:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            before = node.get(parts[-1])
            node[parts[-1]] = f"{before}\n{value}" if isinstance(before, str) else value
    return tree


def text_at(node: Mapping[str, Any], name: str) -> str:
    """Give what was typed under a name, "" where there is nothing."""
    value = node.get(name, "")
    return value if isinstance(value, str) else ""


def branch_at(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give what lies below a name."""
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def rows_at(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """List the rows below a name in the order of their numbers."""
    below = branch_at(node, name)
    numbers = sorted(
        int(key)
        for key, row in below.items()
        if key.isascii() and key.isdigit() and len(key) <= INDEX_DIGITS_MAX
        if isinstance(row, dict)
    )
    return [below[str(number)] for number in numbers if str(number) in below]


def follow(rows: Any, parts: Iterable[str], known: Collection[str]) -> Any:
    """Follow a pointer's parts through rows by names that are known; None if it leads nowhere."""
    node = rows
    for part in parts:
        if isinstance(node, list):
            index = index_of(part)
            node = node[index] if index is not None and index < len(node) else None
        elif part in known:
            node = getattr(node, part, None)
        else:
            return None
    return node


def index_of(part: str) -> int | None:
    """Read a row's number; None where it is none."""
    is_one = part.isascii() and part.isdigit() and len(part) <= INDEX_DIGITS_MAX
    return int(part) if is_one else None


def drop(rows: Any, pointer: str, known: Collection[str]) -> None:
    """Take away the row that a pointer names, if there is one."""
    *above, last = pointer.split("/")[1:] or [""]
    found, index = follow(rows, above, known), index_of(last)
    if isinstance(found, list) and index is not None and index < len(found):
        del found[index]
