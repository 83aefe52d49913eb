"""Is a document a manifest? First its shape, then what a JSON Schema cannot say.

The shape is `manifest.schema.json`; names that must agree are checked here, the schemas inside by
`blocks._profile`, what a kind of block needs by `blocks._manifest_kinds`, and what is told of other
versions, languages and cases by `blocks._manifest_story`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from blocks._manifest_kinds import kind_problems
from blocks._manifest_story import story_problems
from blocks._permission_checks import permission_problems
from blocks._profile import check_profile
from blocks._repeats import repeats
from blocks.licences import licence_problem
from blocks.schemas import field_schema
from blocks.versions import sdk_problem
from kernel.errors import Problem
from kernel.schema import Schema, half_character_in, path_of

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
    if half := half_character_in(document):
        return [half]
    return _shape().problems(document) or list(_meaning_problems(document))


@cache
def _shape() -> Schema:
    return Schema(MANIFEST_SCHEMA)


def _meaning_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _identity_problems(document)
    yield from _schema_problems(document)
    yield from _port_problems(document)
    yield from permission_problems(document)
    yield from _behaviour_problems(document)
    yield from kind_problems(document)
    codes = [error["code"] for error in document.get("errors", ())]
    for index in repeats(codes):
        yield Problem(f"/errors/{index}/code", f"{codes[index]} is declared twice: remove one")
    yield from story_problems(document)


def _identity_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    if not document["id"].startswith(document["publisher"] + "."):
        yield Problem("/publisher", "publisher must be the part of the id before the dot")
    if wrong := licence_problem(document["licence"]):
        yield Problem("/licence", wrong)
    if wrong := sdk_problem(document.get("sdk", "")):
        yield Problem("/sdk", wrong)


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
    for index in repeats(names):
        yield Problem(f"/outputs/{index}/name", f"the port {names[index]} is there twice")
    if ERROR_PORT in names:
        where = f"/outputs/{names.index(ERROR_PORT)}/name"
        yield Problem(where, "every step has the port error already: choose another name")
    dynamic = document.get("dynamic_outputs")
    if dynamic is None and not names:
        yield Problem("/outputs", "a block needs a way out: give at least one port")
    if dynamic is None:
        return
    entry = _entry_of_list(document["config"], dynamic["from"])
    if entry is None:
        yield Problem("/dynamic_outputs/from", "from must point to a list of objects in config")
        return
    for name in ("name", "title"):
        if name in dynamic and _at(entry, dynamic[name]).get("type") != "string":
            message = f"{name} must point to a text inside an entry of {dynamic['from']}"
            yield Problem(f"/dynamic_outputs/{name}", message)


def _entry_of_list(config: Mapping[str, Any], pointer: str) -> Mapping[str, Any] | None:
    schema = _at(config, pointer)
    items = schema.get("items")
    if schema.get("type") != "array" or not isinstance(items, Mapping):
        return None
    return items if isinstance(items.get("properties"), Mapping) else None


def _at(schema: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    for part in path_of(pointer):
        schema = field_schema(schema, part)
    return schema


def _behaviour_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    behaviour = document["behaviour"]
    if "control" in behaviour and not behaviour.get("inline", False):
        message = "a block that steers the workflow runs in it: add inline, true"
        yield Problem("/behaviour/inline", message)
    if behaviour.get("inline") and document["kind"] == "python" and not _is_ours(document):
        message = "only built-in blocks run inside a segment: remove inline"
        yield Problem("/behaviour/inline", message)
    retry = behaviour.get("retry", {})
    if "max_s" in retry and retry["max_s"] < retry.get("base_s", 2):
        message = "the longest pause is shorter than the first: raise max_s or lower base_s"
        yield Problem("/behaviour/retry/max_s", message)


def _is_ours(document: Mapping[str, Any]) -> bool:
    return bool(document["publisher"] == "garland")


def _below(prefix: str, problems: list[Problem]) -> Iterator[Problem]:
    for problem in problems:
        yield Problem(prefix + problem.pointer, problem.message)
