"""What a block is made of, in plain words: its settings, its quality. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from blocks.presets import Hold
from marketplace.catalogue.presets import Held

QUALITY: Mapping[str, str] = MappingProxyType(
    {
        "none": "Nobody has rated its quality yet. Try it in a trial run before it acts for real.",
        "bronze": "It works, and says honestly what it does. Try it before you rely on it.",
        "silver": "It works, is tested, and what goes wrong is told in a way one can act on.",
        "gold": "It is tested through, documented with examples, and asks for the least it needs.",
        "platinum": "The highest level: all that gold has, proven against the real systems.",
    }
)
"""What each level of `blocks.quality` means to whoever installs a block."""
_TYPES = MappingProxyType(
    {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "yes or no",
        "array": "list",
        "object": "several fields",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting at a glance; `decided` says what the provider decided on, "" for nothing."""

    title: str
    kind: str
    text: str
    is_required: bool
    decided: str


def settings_of(schema: Mapping[str, Any], presets: Sequence[Held] = ()) -> list[Setting]:
    """List the settings of a block that whoever uses it sees; a hidden one is not among them."""
    decided = {one.preset.name: one.preset.hold for one in presets}
    required = schema.get("required", ())
    return [
        Setting(
            title=one.get("title", name),
            kind=_kind_of(one),
            text=one.get("description", ""),
            is_required=name in required and name not in decided,
            decided=_DECIDED.get(decided.get(name), ""),
        )
        for name, one in schema.get("properties", {}).items()
        if decided.get(name) is not Hold.HIDDEN
    ]


_DECIDED: Mapping[Hold | None, str] = MappingProxyType(
    {Hold.FIXED: "Set by your provider", Hold.SUGGESTED: "Suggested by your provider"}
)


def _kind_of(schema: Mapping[str, Any]) -> str:
    """Say what kind of value a setting takes.

    >>> _kind_of({"enum": ["low", "high"]}), _kind_of({"type": ["integer", "null"]})
    ('one of 2', 'whole number')
    """
    if "enum" in schema:
        return f"one of {len(schema['enum'])}"
    kind = schema.get("type", "")
    kind = next((one for one in kind if one != "null"), "") if isinstance(kind, list) else kind
    return _TYPES.get(kind, "value")
