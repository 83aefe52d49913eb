"""Is a document a manifest? First its shape, then what a JSON Schema cannot say.

The shape is `manifest.schema.json`; the schemas inside and names that must agree are checked here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from blocks._profile import check_profile
from blocks.kinds._http_checks import host_problems, request_problems
from blocks.schemas import field_schema
from kernel.errors import Problem
from kernel.schema import Schema, path_of

MANIFEST_SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8")
)
ERROR_PORT = "error"
MANIFEST_MAX_BYTES = 512 * 1024


def manifest_problems(document: Any) -> list[Problem]:
    """List what keeps a document from being a manifest; [] when it is one."""
    try:
        size_bytes = len(json.dumps(document).encode())
    except (RecursionError, TypeError, ValueError):
        return [Problem("", "the manifest is nested too deeply or is not JSON: simplify it")]
    if size_bytes > MANIFEST_MAX_BYTES:
        return [Problem("", f"the manifest has {size_bytes} bytes: at most {MANIFEST_MAX_BYTES}")]
    return _shape().problems(document) or list(_meaning_problems(document))


@cache
def _shape() -> Schema:
    return Schema(MANIFEST_SCHEMA)


def _meaning_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    if not document["id"].startswith(document["publisher"] + "."):
        yield Problem("/publisher", "publisher must be the part of the id before the dot")
    behaviour = document["behaviour"]
    if "control" in behaviour and not behaviour.get("inline", False):
        message = "a block that steers the workflow runs in it: add inline, true"
        yield Problem("/behaviour/inline", message)
    yield from _schema_problems(document)
    yield from _port_problems(document)
    yield from _permission_problems(document)
    yield from host_problems(document)
    yield from request_problems(document)
    slots = [secret["slot"] for secret in document.get("secrets", ())]
    for index in _repeats(slots):
        yield Problem(f"/secrets/{index}/slot", f"the slot {slots[index]} is there twice")
    codes = [error["code"] for error in document.get("errors", ())]
    for index in _repeats(codes):
        yield Problem(f"/errors/{index}/code", f"{codes[index]} is declared twice: remove one")


def _schema_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("config", "input"):
        if document[name].get("type") != "object":
            yield Problem(f"/{name}/type", f'{name} must be an object: add "type": "object"')
        yield from _below(f"/{name}", check_profile(document[name], closed=True))
    for index, port in enumerate(document["outputs"]):
        found = check_profile(port.get("schema", {}), closed=False)
        yield from _below(f"/outputs/{index}/schema", found)
    dynamic = document.get("dynamic_outputs", {}).get("schema", {})
    yield from _below("/dynamic_outputs/schema", check_profile(dynamic, closed=False))


def _port_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    names = [port["name"] for port in document["outputs"]]
    for index in _repeats(names):
        yield Problem(f"/outputs/{index}/name", f"the port {names[index]} is there twice")
    if ERROR_PORT in names:
        where = f"/outputs/{names.index(ERROR_PORT)}/name"
        yield Problem(where, "every step has the port error already: choose another name")
    dynamic = document.get("dynamic_outputs")
    if dynamic is None and not names:
        yield Problem("/outputs", "a block needs a way out: give at least one port")
    if dynamic is not None and not _leads_to_list(document["config"], dynamic["from"]):
        yield Problem("/dynamic_outputs/from", "from must point to a list of objects in config")


def _leads_to_list(config: Mapping[str, Any], pointer: str) -> bool:
    schema = config
    for part in path_of(pointer):
        schema = field_schema(schema, part)
    items = schema.get("items")
    return schema.get("type") == "array" and isinstance(items, Mapping) and "properties" in items


def _permission_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    permissions = document.get("permissions", ())
    names = [permission["name"] for permission in permissions]
    for index in _repeats(names):
        yield Problem(f"/permissions/{index}/name", f"{names[index]} is asked for twice")
    for index, permission in enumerate(permissions):
        for name in ("hosts", "methods", "ports"):
            if name in permission and permission["name"] != "http":
                message = f"only http takes {name}: remove it"
                yield Problem(f"/permissions/{index}/{name}", message)


def _repeats(names: list[str]) -> list[int]:
    return [index for index, name in enumerate(names) if name in names[:index]]


def _below(prefix: str, problems: list[Problem]) -> Iterator[Problem]:
    for problem in problems:
        yield Problem(prefix + problem.pointer, problem.message)
