"""Where a path stands in a workflow by the workflow's own schema, whatever names it is made of.

Settings may be called as parts of a workflow are (`block`, `steps`, `wires`): only the whole way
from the document's root tells them apart. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.sharing.findings import Path

_STEP = ("steps",)
_LOOP = ("body", "steps")
_PUBLIC = {
    "block": re.compile(r"[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}"),
    "version": re.compile(r"\d{1,6}(?:\.\d{1,6}){2}(?:-[a-z]{1,10}(?:\.\d{1,6})?)?"),
    "digest": re.compile(r"sha256:[0-9a-f]{64}"),
}
"""What names a block and its package: public, and what a workflow is written in."""
_PLAIN_PORTS = ("", "done", "error")
_SHELVES = (("triggers",), ("vars",), ("canvas", "groups"), ("canvas", "notes"))
_PAIR = 2


def is_public(path: Path, value: Any) -> bool:
    """Tell whether a value is a block's name, version or digest where a workflow has it.

    >>> is_public(("steps", "ask", "version"), "1.0.0")
    True
    >>> is_public(("steps", "ask", "config", "version"), "1.0.0")
    False
    """
    pattern = _PUBLIC.get(str(path[-1])) if path else None
    if pattern is None or not isinstance(value, str) or pattern.fullmatch(value) is None:
        return False
    return _is_holder(path[:-1])


def is_drawn(path: Path, value: Any) -> bool:
    """Tell whether a value says where on the canvas something is drawn, and nothing else."""
    if not path or path[-1] not in ("position", "size") or not _is_pair(value):
        return False
    on_canvas = len(path) == len(("canvas", "notes", "id", "position"))
    if path[:2] == ("canvas", "notes"):
        return on_canvas
    return path[-1] == "position" and _is_holder(path[:-1]) and path[-2] != "undo"


def is_shelf(path: Path) -> bool:
    """Tell whether the keys at a path are ids that somebody chose."""
    return path in _SHELVES or is_steps(path)


def is_steps(path: Path) -> bool:
    """Tell whether a path is that of the steps of a workflow or of a loop in it."""
    if path == _STEP:
        return True
    return path[-2:] == _LOOP and len(path) > len(_LOOP) and _is_step(path[:-2])


def repeats(path: Path, value: str, ids: frozenset[str]) -> bool:
    """Tell whether a text repeats an id that stands elsewhere, and says no more than that."""
    if path[:2] == ("canvas", "groups"):
        is_member = len(path) == len(("canvas", "groups", "id", "steps", 0)) and path[3] == "steps"
        return is_member and value in ids
    at = len(path) - len(("wires", 0, "to"))
    if at < 0 or path[at] != "wires" or path[-1] not in ("from", "to"):
        return False
    id_, _, port = value.partition(":")
    is_wire = at == 0 or (path[at - 1] == "body" and _is_step(path[: at - 1]))
    return is_wire and id_ in ids and port in _PLAIN_PORTS


def ids_in(document: Any) -> frozenset[str]:
    """Give the ids of the triggers and steps of a workflow, those in loops too."""
    triggers = document.get("triggers") if isinstance(document, Mapping) else None
    return frozenset([*_keys(triggers), *_steps_of(document)])


def _steps_of(part: Any) -> Iterator[str]:
    steps = part.get("steps") if isinstance(part, Mapping) else None
    if isinstance(steps, Mapping):
        yield from _keys(steps)
        for one in steps.values():
            if isinstance(one, Mapping):
                yield from _steps_of(one.get("body"))


def _keys(found: Any) -> list[str]:
    return [str(one) for one in found] if isinstance(found, Mapping) else []


def _is_holder(path: Path) -> bool:
    """Tell whether a path is that of a step, of what takes one back, or of a trigger."""
    if len(path) == len(("triggers", "id")) and path[0] == "triggers":
        return True
    return _is_step(path) or (path[-1:] == ("undo",) and _is_step(path[:-1]))


def _is_step(path: Path) -> bool:
    at = len(("steps", "id"))
    while path[at : at + 2] == _LOOP:
        at += len(("body", "steps", "id"))
    return path[:1] == _STEP and len(path) == at


def _is_pair(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != _PAIR:
        return False
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
