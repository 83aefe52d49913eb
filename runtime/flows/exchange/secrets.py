"""A workflow without its secrets: they are left out and named, so that a file holds none. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry
from kernel.schema import pointer_to
from runtime.flows.safe import for_reader
from runtime.secrecy import MASK


def without_secrets(
    document: Mapping[str, Any], registry: Registry
) -> tuple[dict[str, Any], list[str]]:
    """Give a workflow of the schema without its secrets, and a JSON Pointer to each.

    Secrets are what settings, inputs and variables hold in fields that are secret. In a list, an
    empty text keeps the place of one.
    """
    shown = for_reader(document, registry, may_change=False)
    left_out: list[str] = []
    return _open(document, shown, [], left_out), sorted(left_out)


def _open(value: Any, shown: Any, path: list[str | int], left_out: list[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _open(part, shown[name], [*path, name], left_out)
            for name, part in value.items()
            if not _is_hidden(part, shown[name], [*path, name], left_out)
        }
    if isinstance(value, list):
        return [
            ""
            if _is_hidden(part, shown[at], [*path, at], left_out)
            else _open(part, shown[at], [*path, at], left_out)
            for at, part in enumerate(value)
        ]
    return value


def _is_hidden(value: Any, shown: Any, path: list[str | int], left_out: list[str]) -> bool:
    if shown != MASK or value == MASK:
        return False
    left_out.append(pointer_to(path))
    return True
