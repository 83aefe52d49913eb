"""A resource's form: attributes as lines of `name = value`, and back.

Never fails on what was typed: what is no line comes back as a problem with its number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem

FIELDS = ("key", "kind", "name", "type", "site")


def said_by_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Read the form; raises InvalidError naming the line of an attribute that is none."""
    said: dict[str, Any] = {name: form.get(name, "") for name in FIELDS}
    return {**said, "attributes": attributes_of(form.get("attributes", ""))}


def attributes_of(text: str) -> dict[str, Any]:
    r"""Read attributes, one a line.

    >>> attributes_of('vendor = Acme\nports = 48\nrack = "12"')
    {'vendor': 'Acme', 'ports': 48, 'rack': '12'}

    Raises:
        InvalidError: a line has no name or no `=`, or a name comes twice.
    """
    found: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, sign, value = (part.strip() for part in line.partition("="))
        if not (name and sign):
            raise _refused(f"attributes: line {number} is no attribute: write name = value")
        if name in found:
            raise _refused(f"attributes: line {number} names {name} again: keep one")
        found[name] = _value(value)
    return found


def attributes_text(attributes: Mapping[str, Any]) -> str:
    r"""Write attributes as lines that read back as the same values.

    >>> attributes_text({"vendor": "Acme", "ports": 48, "rack": "12"})
    'vendor = Acme\nports = 48\nrack = "12"'
    """
    return "\n".join(f"{name} = {_text(value)}" for name, value in attributes.items())


def _text(value: Any) -> str:
    is_plain = isinstance(value, str) and value == value.strip() and "\n" not in value
    if is_plain and value and isinstance(_value(value), str) and _value(value) == value:
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _refused(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/attributes", message)])
