"""What a form of conditions offers: the fields that alarms carry, and the values seen in them.

Where ITU has words for a field they are offered too, behind those that were seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.alarms.itu import PROBABLE_CAUSES
from runtime.alarms.model import EventType
from runtime.rules.fields import ATTRIBUTES, Kind, read_as, value_at

TRIED_MAX = 200
VALUES_MAX = 30
ATTRIBUTES_MAX = 60
_STANDARD: Mapping[str, tuple[str, ...]] = {
    "probable_cause": PROBABLE_CAUSES,
    "event_type": tuple(one.value for one in EventType),
}


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Values of one field, and the id of the list that holds them on the page."""

    id: str
    values: tuple[str, ...]


def attribute_paths(facts: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the attributes that alarms carry, the frequent ones first, flat names only."""
    seen = Counter(
        name
        for known in facts
        for name, value in known["attributes"].items()
        if not isinstance(value, dict)
    )
    return [ATTRIBUTES + name for name, _ in seen.most_common(ATTRIBUTES_MAX)]


def suggestions(facts: Sequence[Mapping[str, Any]], paths: Iterable[str]) -> dict[str, Suggestions]:
    """Gather what alarms had in each of these fields, most frequent first, and ITU's words."""
    return {
        path: Suggestions(f"values-{number}", values)
        for number, path in enumerate(paths)
        if (values := _values_of(facts, path))
    }


def _values_of(facts: Iterable[Mapping[str, Any]], path: str) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    for known in facts:
        value = value_at(known, path)
        for one in value if isinstance(value, list) else [value]:
            text = read_as(one, Kind.TEXT)
            if isinstance(text, str):
                seen[text] += 1
    found = [text for text, _ in seen.most_common(VALUES_MAX)]
    return tuple(dict.fromkeys([*found, *_STANDARD.get(path, ())]))
