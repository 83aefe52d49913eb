"""Settings of an old version made into settings of a new one, as the new one's manifest declares.

Pure: documents in, documents out. Steps are JSON Pointers into the config. Where a pointer leads
nowhere the step does nothing, so that optional settings which were never set stay unset.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from blocks.manifest import Migration
from blocks.registry import precedence

_ABSENT = object()


def migrate(
    config: Mapping[str, Any], migrations: Iterable[Migration], *, version: str
) -> dict[str, Any]:
    """Give the settings as the new version takes them; what came in is left alone.

    Args:
        config: Settings of the old version, as stored; may hold expressions.
        migrations: Those of the new version's manifest.
        version: The old version. Migrations for versions up to it are not applied.

    >>> steps = ({"do": "rename", "from": "/host", "to": "/address"},)
    >>> migrate({"host": "a"}, [Migration(before="2.0.0", steps=steps)], version="1.4.0")
    {'address': 'a'}
    """
    found: dict[str, Any] = deepcopy(dict(config))
    needed = [one for one in migrations if precedence(version) < precedence(one.before)]
    for migration in sorted(needed, key=lambda one: precedence(one.before)):
        for step in migration.steps:
            _apply(found, step)
    return found


def _apply(config: dict[str, Any], step: Mapping[str, Any]) -> None:
    match step["do"]:
        case "rename" | "move":
            value = _take(config, step["from"])
            if value is not _ABSENT:
                _put(config, step["to"], value)
        case "default":
            if _read(config, step["at"]) is _ABSENT:
                _put(config, step["at"], deepcopy(step["value"]))
        case "map":
            value = _read(config, step["at"])
            written = _written(value)
            if value is not _ABSENT and written in step["values"]:
                _put(config, step["at"], deepcopy(step["values"][written]))
        case "delete":
            _take(config, step["at"])


def _written(value: Any) -> str:
    """Write a value as the key of a map: texts as they are, everything else as its JSON."""
    if isinstance(value, str) or value is _ABSENT:
        return str(value)
    return json.dumps(value, sort_keys=True)


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _holder(config: dict[str, Any], parts: list[str], *, make: bool = False) -> Any:
    """Give the object that holds the last part; None where there is none."""
    here: Any = config
    for part in parts[:-1]:
        if not isinstance(here, dict):
            return None
        if part not in here:
            if not make:
                return None
            here[part] = {}
        here = here[part]
    return here if isinstance(here, dict) and parts else None


def _read(config: dict[str, Any], pointer: str) -> Any:
    parts = _parts(pointer)
    holder = _holder(config, parts)
    return _ABSENT if holder is None else holder.get(parts[-1], _ABSENT)


def _take(config: dict[str, Any], pointer: str) -> Any:
    parts = _parts(pointer)
    holder = _holder(config, parts)
    return _ABSENT if holder is None else holder.pop(parts[-1], _ABSENT)


def _put(config: dict[str, Any], pointer: str, value: Any) -> None:
    parts = _parts(pointer)
    holder = _holder(config, parts, make=True)
    if holder is not None:
        holder[parts[-1]] = value
