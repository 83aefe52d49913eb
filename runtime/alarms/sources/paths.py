"""Paths into what a source sent: `host.name`, `tags["info.host"]`, `alerts[0].status`.

Pure. A path begins at the alarm that is read; one that begins with `$` begins at the whole body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kernel.errors import InvalidError, Problem

ABSENT: Any = object()
WHOLE = "$"
PATH_MAX = 300
NODES_MAX = 400
PREVIEW_MAX = 60
_DEPTH_MAX = 12

Part = str | int
Path = tuple[Part, ...]

_PLAIN = re.compile(r"[A-Za-z_@][\w@-]*")
_TOKEN = re.compile(r'\.?([^\s.\[\]"]+)|\[(\d{1,6})\]|\["((?:[^"\\]|\\.)*)"\]')


class PathError(InvalidError):
    """A path cannot be read."""

    code = "source.bad_path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of a sample, to be picked: its path, its last part, and how the value looks.

    `count` is the number of objects in a list that could hold one alarm each, else 0.
    """

    path: str
    label: str
    preview: str
    count: int = 0
    children: tuple[Node, ...] = ()


@lru_cache(maxsize=4_096)
def read_path(text: str) -> Path:
    """Read a path; "" is the value itself.

    >>> read_path('alerts[0].tags["info.host"]')
    ('alerts', 0, 'tags', 'info.host')

    Raises:
        PathError: it is none.
    """
    said = text.strip()
    parts: list[Part] = []
    at = 0
    while at < len(said):
        found = _TOKEN.match(said, at)
        if found is None or len(said) > PATH_MAX or (at == 0 and said.startswith(".")):
            message = (
                f'{text[:60]!r} is no path: write one such as host.name, tags["info.host"] or '
                "alerts[0].status, or begin with `= ` for an expression"
            )
            raise PathError(message, problems=[Problem("", message)])
        name, index, quoted = found.groups()
        parts.append(int(index) if index else re.sub(r"\\(.)", r"\1", quoted or "") or name or "")
        at = found.end()
    return tuple(parts)


def write_path(parts: Sequence[Part]) -> str:
    r"""Write a path as `read_path` reads it.

    >>> write_path(["alerts", 0, "tags", "info.host"])
    'alerts[0].tags["info.host"]'
    """
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part) or (part == WHOLE and not text):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def look_up(path: Path, item: Any, body: Any) -> Any:
    """Give what lies at a path, or ABSENT."""
    found, parts = (body, path[1:]) if path[:1] == (WHOLE,) else (item, path)
    for part in parts:
        if isinstance(found, dict):
            found = found.get(str(part), ABSENT)
        elif isinstance(found, list) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            return ABSENT
    return found


def tree_of(value: Any, *, start: Path = ()) -> tuple[Node, ...]:
    """Lay a sample out for picking, its first 400 values."""
    left = [NODES_MAX]
    return tuple(_nodes(value, start, left))


def _nodes(value: Any, path: Path, left: list[int]) -> Iterator[Node]:
    pairs: list[tuple[Part, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    if len(path) > _DEPTH_MAX:
        return
    for part, inner in pairs:
        if left[0] <= 0:
            return
        left[0] -= 1
        here = (*path, part)
        children = tuple(_nodes(inner, here, left))
        count = 0
        if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            count = len(inner)
        label = f"[{part}]" if isinstance(part, int) else part
        yield Node(
            path=write_path(here),
            label=label,
            preview=_preview(inner),
            count=count,
            children=children,
        )


def _preview(value: Any) -> str:
    if isinstance(value, dict):
        return f"{len(value)} fields" if len(value) != 1 else "1 field"
    if isinstance(value, list):
        return f"{len(value)} entries" if len(value) != 1 else "1 entry"
    words = {True: "true", False: "false", None: "null"}
    text = words[value] if value is None or isinstance(value, bool) else str(value)
    return text if len(text) <= PREVIEW_MAX else text[: PREVIEW_MAX - 1] + "…"
