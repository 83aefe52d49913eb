"""Placeholders: `{field}` in a text an action writes, filled from the alarm that fired the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from runtime.rules.fields import Kind, find_field, read_as, value_at

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def fill(value: Any, facts: Mapping[str, Any]) -> Any:
    """Fill a value's placeholders, through objects and lists; a missing field leaves nothing.

    >>> fill("Site {attributes.site} degraded", {"attributes": {"site": "BER1"}})
    'Site BER1 degraded'
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: _text_of(facts, found[1]), value)
    if isinstance(value, Mapping):
        return {key: fill(member, facts) for key, member in value.items()}
    return value


def unknown_placeholders(text: str) -> Iterator[str]:
    """List the placeholders of a text that name no field."""
    return (name for name in _PLACEHOLDER.findall(text) if find_field(name) is None)


def _text_of(facts: Mapping[str, Any], path: str) -> str:
    value = value_at(facts, path)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(read_as(value, Kind.TEXT) or "")
