"""Filling a template in: values are put at their places, and nothing else changes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from blocks.schemas import with_defaults
from designer.gallery.model import Template
from kernel.errors import Problem
from kernel.schema import Schema, path_of

_ABSENT = object()


def defaults_of(template: Template) -> dict[str, Any]:
    """Give what the form holds before anybody changed it."""
    filled: dict[str, Any] = with_defaults(template.parameters, {})
    return filled


def value_problems(template: Template, values: Mapping[str, Any]) -> list[Problem]:
    """List what is wrong with what was filled in; pointers are into `values`."""
    return Schema(template.parameters).problems(values)


def filled(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the template's documents with the values at their places.

    A parameter without a value leaves nothing at its places: a connection that is not chosen yet
    is not named.

    >>> from designer.gallery.model import parse_template
    >>> said = {"template": 1, "title": "T", "summary": "S", "category": "other",
    ...         "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}},
    ...         "places": {"n": ["/flow/vars/n"]}, "flow": {"vars": {"n": 1}}}
    >>> filled(parse_template(said, key="t"), {"n": 5})["flow"]
    {'vars': {'n': 5}}
    """
    document = deepcopy(dict(template.document))
    for name, pointers in template.places.items():
        for pointer in pointers:
            _put(document, path_of(pointer), values.get(name, _ABSENT))
    return document


def _put(held: Any, path: Sequence[str], value: Any) -> None:
    """Put a value at the end of a path, or take away what is there."""
    *way, last = path
    for at, part in enumerate(way):
        if isinstance(held, list):
            held = held[int(part)]
        elif part in held:
            held = held[part]
        elif value is _ABSENT:
            return
        else:
            held[part] = {}
            held = held[part]
        if value is _ABSENT and at == len(way) - 1 and isinstance(held, dict):
            held.pop(last, None)
            return
    if value is _ABSENT:
        return
    if isinstance(held, list):
        held[int(last)] = deepcopy(value)
    else:
        held[last] = deepcopy(value)
