"""What the blocks that get alarms in a list share: reading them, whatever they look like. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.clock import parse_instant


def text_of(alarm: Any, *names: str) -> str:
    """Give the first of these fields that is a text with something in it; "" where none is."""
    values = (alarm.get(name) for name in names) if isinstance(alarm, Mapping) else ()
    return next((one for one in values if isinstance(one, str) and one), "")


def objects_of(items: Iterable[Any]) -> list[str]:
    """Give the objects that alarms are on, or that are named by their keys, each once.

    >>> objects_of(["r1", {"managed_object": "r2"}, {"text": "?"}, "r1"])
    ['r1', 'r2']
    """
    named = (one if isinstance(one, str) else text_of(one, "managed_object") for one in items)
    return list(dict.fromkeys(filter(None, named)))


def named_in(items: Iterable[Any], field: str) -> list[str]:
    """Give the texts that alarms list under a field, such as the services they affect, each once.

    >>> named_in([{"affected_services": ["vpn", 1]}, "r1", {}], "affected_services")
    ['vpn']
    """
    lists = (one.get(field) for one in items if isinstance(one, Mapping))
    every = (one for each in lists if isinstance(each, list) for one in each)
    return list(dict.fromkeys(one for one in every if isinstance(one, str) and one))


def instants_of(items: Iterable[Any], field: str) -> list[datetime]:
    """Give the instants that alarms have in a field; what is no instant is left out."""
    found = []
    for one in items:
        try:
            found.append(parse_instant(text_of(one, field)))
        except (ValueError, OverflowError):
            continue
    return found


def number_of(count: int, one: str, many: str) -> str:
    """Say a number of things.

    >>> number_of(1, "alarm", "alarms"), number_of(1200, "alarm", "alarms")
    ('1 alarm', '1,200 alarms')
    """
    return f"{count:,} {one if count == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """Write a list as one says it.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
