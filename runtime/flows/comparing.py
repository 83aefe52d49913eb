"""What changed between two documents of a workflow, part by part, as lines of JSON.

Pure. Each step, trigger and setting is compared on its own, so that a large workflow costs only
what changed in it, and a reader sees where. Places on the canvas are left out: they change nothing
that is done.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kernel.errors import InvalidError, Problem
from kernel.numbers import whole_number

CONTEXT_LINES = 3
_NAMED = ("steps", "triggers")
_WHOLE = ("name", "description", "input", "vars", "settings", "wires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part that differs.

    Attributes:
        part: JSON Pointer to it.
        title: What it is called.
        lines: A unified diff without its head: each begins with " ", "+", "-" or "@@".
    """

    part: str
    title: str
    kind: Literal["added", "removed", "changed"]
    lines: tuple[str, ...]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List what differs, whole parts first, then steps and triggers by their ids.

    >>> [one.title for one in compare({"name": "a", "steps": {}}, {"name": "b", "steps": {}})]
    ['Name']
    """
    return [change for change in _pairs(old, new) if change is not None]


def compare_parts(
    old: Mapping[str, Any], new: Mapping[str, Any], titles: Mapping[str, str]
) -> list[Change]:
    """List what differs of the parts of other documents, in the order of `titles`.

    >>> [one.kind for one in compare_parts({"a": 1}, {"a": 2, "b": 3}, {"b": "B", "a": "A"})]
    ['added', 'changed']
    """
    found = (
        _compare(f"/{name}", title, old.get(name), new.get(name)) for name, title in titles.items()
    )
    return [change for change in found if change is not None]


def version_asked(text: str) -> int | None:
    """Read which version is meant; None is the draft.

    Raises:
        InvalidError: it is neither.
    """
    if text in ("", "draft"):
        return None
    number = whole_number(text)
    if number is None:
        problem = Problem("/with", "with: give the number of a version, or draft")
        raise InvalidError("with names no version", problems=[problem])
    return number


def diff_document(number: int, other: int | None, changes: Iterable[Change]) -> dict[str, Any]:
    """Write what changed from a version to another, None for the draft, as JSON."""
    return {
        "from": number,
        "to": other if other is not None else "draft",
        "changes": [
            {"part": one.part, "title": one.title, "change": one.kind, "lines": one.lines}
            for one in changes
        ],
    }


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change | None]:
    for name in _WHOLE:
        yield _compare(f"/{name}", name.capitalize(), old.get(name), new.get(name))
    for group in _NAMED:
        before, after = old.get(group, {}), new.get(group, {})
        for id_ in sorted({*before, *after}):
            title = f"{group.removesuffix('s').capitalize()} {_title(id_, before, after)}"
            yield _compare(f"/{group}/{id_}", title, before.get(id_), after.get(id_))


def _title(id_: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    found = after.get(id_) or before[id_]
    return str(found.get("title") or id_)


def _compare(part: str, title: str, old: Any, new: Any) -> Change | None:
    before, after = _lines(old), _lines(new)
    if before == after:
        return None
    kind: Literal["added", "removed", "changed"] = "changed"
    if old is None or new is None:
        kind = "added" if old is None else "removed"
    found = difflib.unified_diff(before, after, lineterm="", n=CONTEXT_LINES)
    lines = [line for line in found if not line.startswith(("---", "+++"))]
    return Change(part=part, title=title, kind=kind, lines=tuple(lines))


def _lines(value: Any) -> Sequence[str]:
    if value is None:
        return []
    if isinstance(value, list):  # wires: one a line, in an order of their own
        return sorted(json.dumps(one, sort_keys=True) for one in value)
    return json.dumps(_placeless(value), indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _placeless(value: Any) -> Any:
    """Leave the places out, in the bodies of loops too; a step's settings stay as they are."""
    if not isinstance(value, dict):
        return value
    kept = {name: one for name, one in value.items() if name != "position"}
    body = kept.get("body")
    if isinstance(body, dict):
        steps = {id_: _placeless(step) for id_, step in body.get("steps", {}).items()}
        kept["body"] = {**body, "steps": steps}
    return kept
