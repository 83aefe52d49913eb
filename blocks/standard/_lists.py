"""What the blocks that work on lists share: reading a field, telling equal values, ordering."""

from __future__ import annotations

from typing import Any

NOTHING = object()
"""What an entry has in a field that it lacks."""


def field_of(entry: Any, path: str) -> Any:
    """Read a field of an entry by a path with dots; NOTHING where it is not there.

    >>> field_of({"a": {"b": 1}}, "a.b"), field_of({"a.b": 2}, "a.b"), field_of({}, "a") is NOTHING
    (1, 2, True)
    """
    if not isinstance(entry, dict):
        return NOTHING
    if path in entry:
        return entry[path]
    head, dot, rest = path.partition(".")
    return field_of(entry[head], rest) if dot and head in entry else NOTHING


def order_of(value: Any) -> tuple[int, Any]:
    """Give what values of any kinds are ordered by: numbers, then texts, then all others.

    >>> sorted(["b", 2, None, "a", 1.5], key=order_of)
    [1.5, 2, 'a', 'b', None]
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (0, value)
    return (1, value) if isinstance(value, str) else (2, 0)


def key_of(value: Any) -> Any:
    """Give what tells equal values from others, whatever they are made of.

    >>> key_of([1, {"a": 2}]) == key_of([1, {"a": 2}]), key_of(1) == key_of(True)
    (True, False)
    """
    if isinstance(value, dict):
        return ("object", tuple(sorted((name, key_of(one)) for name, one in value.items())))
    if isinstance(value, list):
        return ("list", tuple(key_of(one) for one in value))
    return (isinstance(value, bool), value)
