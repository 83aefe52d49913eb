"""Settings of a block that a provider fixed, as the form of a step shows them: not to be changed.

Pure. What a provider hides is not among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.registry import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A setting that cannot be changed: what it is called, what it does, and its value in words."""

    name: str
    title: str
    help: str
    text: str


def settled_of(block: Block) -> tuple[Settled, ...]:
    """List what is fixed of a block's settings, in the order of its form."""
    decided = block.decided
    if decided is None:
        return ()
    return tuple(
        Settled(
            name=name,
            title=str(part.get("title") or name),
            help=str(part.get("description") or ""),
            text=_in_words(decided.fixed[name], part),
        )
        for name, part in (decided.config.get("properties") or {}).items()
        if name in decided.fixed
    )


def _in_words(value: Any, part: Mapping[str, Any]) -> str:
    """Say a value as its choice is called, else plainly.

    >>> _in_words(True, {}), _in_words("a", {"oneOf": [{"const": "a", "title": "First"}]})
    ('yes', 'First')
    """
    for one in part.get("oneOf", ()):
        if isinstance(one, Mapping) and one.get("const", _NO_VALUE) == value:
            return str(one.get("title") or value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_NO_VALUE = object()
